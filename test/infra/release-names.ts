import { names, type StageKind } from '#platform/manifest';
import type { Json, Synthesis } from './synthesis.ts';

/** A deployed thing that others find by its name: `AWS::SQS::Queue breakwater-<stage>-x`. A generated name is its stack and logical id. */
type NameKey = string;
/** Where a template has it: `breakwater-<stage>-inventory.Queue01234567`. */
type TemplateId = string;
export type StageNames = ReadonlyMap<StageKind, ReadonlyMap<NameKey, TemplateId>>;

/** A name that a release stopped deploying. Its replacement was deployed by the release before, or nothing has used it since. */
type Retirement = { readonly replacedBy: NameKey } | { readonly unused: string };

/** test/infra/release-names.json. `names` are grouped by the stages that have them, such as `localstack dev`. */
export type ReleaseNames = {
  readonly release: string;
  readonly names: Readonly<Record<string, Readonly<Record<NameKey, TemplateId>>>>;
  readonly retired: Readonly<Record<NameKey, Retirement>>;
};

/** The types that functions, sagas, operators or the next deployment refer to by name, each with the property that names it. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi': 'Name',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SES::ConfigurationSet': 'Name',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};
const INDEX = 'index';

const HOW =
  'Renaming and removing take two releases: the first deploys the new name beside the old one and moves what uses it, the next removes ' +
  'the old one and lists it under "retired" in test/infra/release-names.json (see CONTRIBUTING.md, "Rename or remove what is deployed").';

/** Every name of the stages' templates. What a stage retains has one of any type, because the account keeps it. */
export const namesOf = (stages: readonly (readonly [StageKind, Synthesis])[]): StageNames =>
  new Map(
    stages.map(([stage, { stacks, resources }]) => {
      const named = names(stage);
      const withoutStage = (text: string) =>
        text.replaceAll(named.prefix, 'breakwater-<stage>').replaceAll(named.secrets, 'breakwater/<stage>');
      const ofResources = resources.flatMap(({ stack, id, Type, Properties, DeletionPolicy = 'Delete' }) => {
        const property = NAME_PROPERTIES[Type];
        if ((property === undefined && DeletionPolicy === 'Delete') || Type === 'AWS::CDK::Metadata') return [];
        const templateId = `${stack}.${id}`;
        const physical: Json = property === undefined ? undefined : Properties[property];
        const name: string = typeof physical === 'string' ? physical : templateId;
        const indexes: readonly Json[] = Properties.GlobalSecondaryIndexes ?? [];
        return [
          [`${Type} ${name}`, templateId],
          ...indexes.map(({ IndexName }) => [`${INDEX} ${name}/${IndexName}`, templateId]),
        ];
      });
      const ofOutputs = stacks.flatMap(({ name, template }) =>
        Object.entries<Json>(template.Outputs ?? {}).flatMap(([id, { Export }]) => [
          [`output ${name}.${id}`, `${name}.${id}`],
          ...(Export ? [[`export ${JSON.stringify(Export.Name)}`, `${name}.${id}`]] : []),
        ]),
      );
      const entries = [...ofResources, ...ofOutputs].map((entry) => entry.map(withoutStage) as [NameKey, TemplateId]);
      return [stage, new Map(entries)];
    }),
  );

const byKey = <T>([a]: readonly [string, T], [b]: readonly [string, T]) => (a < b ? -1 : 1);

const groupByStages = (current: StageNames): ReleaseNames['names'] => {
  const ids = new Map([...current.values()].flatMap((ofStage) => [...ofStage]));
  const stagesOf = (key: NameKey) => [...current].flatMap(([stage, ofStage]) => (ofStage.has(key) ? [stage] : []));
  const groups = Map.groupBy([...ids].sort(byKey), ([key]) => stagesOf(key).join(' '));
  return Object.fromEntries([...groups].sort(byKey).map(([stages, entries]) => [stages, Object.fromEntries(entries)]));
};

/** The released names, each with a stage that has it. */
const released = ({ names: groups }: ReleaseNames) =>
  Object.entries(groups).flatMap(([stages, entries]) =>
    stages
      .split(' ')
      .flatMap((stage) => Object.entries(entries).map(([key, id]) => ({ stage: stage as StageKind, key, id }))),
  );

/** What a deployment of `current` over the last release would break, each with what to do instead. */
export const findBrokenNames = (last: ReleaseNames, current: StageNames): readonly string[] => {
  const before = released(last);
  const has = (stage: StageKind, key: NameKey) => current.get(stage)?.has(key) === true;
  const broken = before.flatMap(({ stage, key, id }) => {
    const currentId = current.get(stage)?.get(key);
    if (currentId === undefined)
      return key in last.retired
        ? []
        : [`${key}: release ${last.release} deployed it to ${stage}, and no template has it. ${HOW}`];
    if (currentId === id) return [];
    return [
      `${key}: its logical id on ${stage} is ${currentId} instead of ${id}. CloudFormation would create the new resource before it deletes ` +
        `the old one, which has the name. Keep the id (the path of the construct), or give the resource a new name. ${HOW}`,
    ];
  });
  const retired = Object.entries(last.retired).flatMap(([key, retirement]) => {
    const returned = [...current.keys()].filter((stage) => has(stage, key));
    if (returned.length > 0)
      return [
        `${key}: it is retired, but ${returned.join(', ')} has it. A protected stage may still keep what had this name: use another one.`,
      ];
    if (!('replacedBy' in retirement)) return [];
    const { replacedBy } = retirement;
    return before
      .filter((entry) => entry.key === key)
      .filter(({ stage }) => !before.some((other) => other.stage === stage && other.key === replacedBy))
      .map(
        ({ stage }) =>
          `${key}: release ${last.release} did not deploy its replacement ${replacedBy} to ${stage}, so what uses it has not moved. ${HOW}`,
      );
  });
  return [...new Set([...broken, ...retired])];
};

/** Indexes that each stage would gain or lose. DynamoDB creates or deletes one in an update of a table, and refuses more. */
export const findChangedIndexes = (
  last: ReleaseNames,
  current: StageNames,
): ReadonlyMap<StageKind, readonly string[]> =>
  new Map(
    [...current].map(([stage, ofStage]) => {
      const before = new Set(released(last).flatMap((entry) => (entry.stage === stage ? [entry.key] : [])));
      const differing = [...new Set([...before, ...ofStage.keys()])].filter(
        (key) => before.has(key) !== ofStage.has(key),
      );
      return [stage, differing.filter((key) => key.startsWith(`${INDEX} `))];
    }),
  );

/** The list of a new release. Throws where it would drop a name that is not retired, so that no list forgets one. */
export const nextRelease = (release: string, last: ReleaseNames | undefined, current: StageNames): ReleaseNames => {
  const broken = last ? findBrokenNames(last, current) : [];
  if (broken.length > 0) throw new Error(broken.join('\n'));
  return { release, names: groupByStages(current), retired: last?.retired ?? {} };
};
