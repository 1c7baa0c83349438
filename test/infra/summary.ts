import { names, type StageName } from '#platform/manifest';
import { KINDS, LEFT_OUT, PART_OF, type Text } from './kinds.ts';
import { type Json, pathOf, type Resource, type Synthesis, strings } from './synthesis.ts';

/** Something that is written of a resource, on its line or on a line below it. */
type Fact = { readonly key: string; readonly says: string; readonly below: boolean };
type Told = { readonly type: string; readonly title: string; readonly facts: readonly Fact[] };

/**
 * What a stage consists of and who may do what in it: one line for each resource, and below it what its role or its policy
 * allows. A type or a property is left out only where a table in kinds.ts says so; what the tables do not know is written as it
 * stands in the template.
 */
export const summaryOf = (stage: StageName, { stacks, resources }: Synthesis): string => {
  const told = stacks.map(({ name, template, protected: kept }) => ({
    title: `${name}${kept ? ' (protected from deletion)' : ''}`,
    its: toldOf(
      stage,
      resources.filter(({ stack }) => stack === name),
      template.Parameters ?? {},
    ),
  }));
  const usual = usualOf(told.flatMap(({ its }) => its));
  const lines = [
    'What is usual, unless a line says otherwise:',
    ...[...usual].flatMap(([type, facts]) => filled(2, `${kindOf(type)}: `, [...facts.values()])),
    ...told.flatMap(({ title, its }) => ['', title, ...its.flatMap((one) => linesOf(one, usual.get(one.type)))]),
  ];
  return `${lines.join('\n')}\n`;
};

const kindOf = (type: string) => type.replace(/^AWS::/, '');
const shortKindOf = (type: string) => type.slice(type.lastIndexOf(':') + 1);

/** How the resources of a stack are called, and how values of its template are written. */
const wordsOf = (stage: StageName, among: readonly Resource[], parameters: Json) => {
  const by = names(stage);
  const stable = stableIds(stage, among);

  /** Names without the project and the stage, which they share. */
  const short = (name: string) =>
    name === by.prefix
      ? 'breakwater'
      : name
          .replaceAll(`${by.prefix}-`, '')
          .replaceAll(`${by.secrets}/`, '')
          .replace(new RegExp(`/${by.prefix}(?![\\w-])`), '');
  /** An ARN of the stage's own account and region is its last part. */
  const plain = (value: string) =>
    short(value.replace(/^arn:<Partition>:[a-z0-9-]+:(?:<Region>)?:(?:<AccountId>)?:/, ''));

  const idOf = ({ id }: Resource) => stable.get(id) ?? id;
  const nameOf = (its: Resource): string => {
    const { Type, Properties } = its;
    if (Type === 'AWS::ApiGateway::Method') return `${Properties.HttpMethod} ${pathOf(among, Properties.ResourceId)}`;
    const name = Properties[KINDS[Type]?.name ?? ''];
    return isText(name) ? short(name) : idOf(its);
  };
  const titleOf = (its: Resource) => {
    const [name, id] = [nameOf(its), idOf(its)];
    return `${kindOf(its.Type)} ${name}${name === id ? '' : ` (${id})`}`;
  };

  /** The resource that this one is a part of. */
  const wholeOf = (part: Resource): Resource | undefined => {
    const [whole, ...others] = among.filter((one) => PART_OF[part.Type]?.(part, one, among));
    return others.length > 0 ? undefined : whole;
  };
  const rootOf = (part: Resource): Resource => {
    const whole = wholeOf(part);
    return whole ? rootOf(whole) : part;
  };

  /** How a resource is called on the line of `root`. */
  const called = (id: string, root: Resource): string => {
    const found = among.find((one) => one.id === id);
    if (!found) return id in parameters ? `parameter ${short(parameters[id].Default)}` : `<${id.replace('AWS::', '')}>`;
    if (found === root) return 'it';
    const kind = shortKindOf(found.Type);
    return rootOf(found) === root ? `its ${kind}` : `${kind} ${nameOf(found)}`;
  };
  const textFor = (root: Resource): Text => {
    const text: Text = (value) => {
      if (Array.isArray(value)) return value.map(text).join(', ');
      if (typeof value !== 'object' || value === null) return plain(String(value));
      if (value.Ref) return called(value.Ref, root);
      if (value['Fn::GetAtt']) {
        const [id, attribute] = value['Fn::GetAtt'];
        return `${called(id, root)}${/^(Arn|QueueName)$/.test(attribute) ? '' : `.${attribute}`}`;
      }
      if (value['Fn::Join']) {
        const [separator, parts] = value['Fn::Join'];
        return plain(parts.map((part: Json) => (typeof part === 'string' ? part : text(part))).join(separator));
      }
      const entries = Object.entries<Json>(value).map(
        ([name, its]) => `${name}: ${Array.isArray(its) ? `[${text(its)}]` : text(its)}`,
      );
      return `{${entries.join(', ')}}`;
    };
    return text;
  };
  return { titleOf, wholeOf, textFor };
};

/** Every resource of a stack that is not a part of another, by its logical id, with all that is written of it. */
const toldOf = (stage: StageName, among: readonly Resource[], parameters: Json): readonly Told[] => {
  const { titleOf, wholeOf, textFor } = wordsOf(stage, among, parameters);
  const factsOf = (its: Resource, root: Resource): readonly Fact[] => [
    ...ownFacts(its, root, textFor(root)),
    ...among.filter((part) => wholeOf(part) === its).flatMap((part) => factsOf(part, root)),
  ];
  return among
    .filter((its) => !LEFT_OUT.has(its.Type) && !wholeOf(its))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((its) => ({ type: its.Type, title: titleOf(its), facts: factsOf(its, its) }));
};

/** What stands beside a resource's properties and is written in another way, or says nothing of what the resource does. */
const BESIDE: ReadonlySet<string> = new Set([
  ...['stack', 'id', 'Type', 'Properties', 'DeletionPolicy', 'UpdateReplacePolicy'],
  ...['DependsOn', 'Metadata'],
]);

/** What is written of a resource on the line of `root`, which it is or is a part of. */
const ownFacts = (its: Resource, root: Resource, text: Text): readonly Fact[] => {
  const { name, says = {} } = KINDS[its.Type] ?? {};
  const order = Object.keys(says);
  const place = (property: string) => (order.includes(property) ? order.indexOf(property) : order.length);
  const kind = shortKindOf(its.Type);
  const prefix = its === root ? '' : `${kind}.`;

  const properties = Object.entries<Json>(its.Properties)
    .filter(([property, value]) => !(property === name && isText(value)))
    .filter(([property]) => property !== 'Tags'); // stages.test.ts compares them
  const others = Object.entries<Json>(its).filter(([attribute]) => !BESIDE.has(attribute));
  const facts = [...properties, ...others]
    .sort(([a], [b]) => place(a) - place(b))
    .flatMap(([property, value]): readonly Fact[] => {
      if (property === 'PolicyDocument' || property === 'KeyPolicy')
        return [value.Statement].flat().map((statement: Json) => statementFact(statement, text));
      const said = says[property]?.(value, text, its, root) ?? `${property} ${text(value)}`;
      return said ? [{ key: `${prefix}${property}`, says: said, below: false }] : [];
    })
    .concat(keptFact(its, prefix));
  if (its.Type !== 'AWS::Lambda::EventSourceMapping' || its === root) return facts;
  return [{ key: kind, says: facts.map((fact) => fact.says).join('; '), below: true }];
};

const isText = (value: Json): value is string => typeof value === 'string';

/** Logical ids without the hashes that the CDK appends, where that leaves them different. */
const stableIds = (stage: StageName, among: readonly Resource[]): ReadonlyMap<string, string> => {
  const bare = ({ id }: Resource) => id.replace(/([0-9A-F]{8})+([0-9a-f]{32})?$/, '');
  // of some, the CDK repeats where they lie
  const short = (its: Resource) => bare(its).replace(new RegExp(`breakwater${stage}.*$`), '');
  const alone = (its: Resource, form: (its: Resource) => string) =>
    among.every((other) => other === its || form(other) !== form(its));
  return new Map(among.map((its) => [its.id, [short, bare].find((form) => alone(its, form))?.(its) ?? its.id]));
};

const keptFact = ({ DeletionPolicy, UpdateReplacePolicy }: Resource, prefix: string): readonly Fact[] => {
  const [deleted, replaced] = [DeletionPolicy ?? 'Delete', UpdateReplacePolicy ?? 'Delete'];
  if (deleted === 'Delete' && replaced === 'Delete') return [];
  const says = deleted === replaced ? deleted.toUpperCase() : `${deleted} on deletion, ${replaced} on replacement`;
  return [{ key: `${prefix}DeletionPolicy`, says: `${prefix.replace('.', ' ')}${says}`, below: false }];
};

const isEqual = (value: Json, expected: Json) => JSON.stringify(value) === JSON.stringify(expected);

/** `may dynamodb:GetItem,PutItem on table where LeadingKeys orders#*`. */
const statementFact = (statement: Json, text: Text): Fact => {
  const { Sid: _, Effect, Principal, Action, Resource: on, Condition, ...others } = statement;
  const actions = strings(Action);
  const services = [...new Set(actions.map((action) => action.replace(/:.*/, '')))];
  const may = services.map((service) =>
    actions
      .filter((action) => action.replace(/:.*/, '') === service)
      .map((action, place) => (place === 0 ? action : action.replace(/^.*:/, '')))
      .join(','),
  );
  const everyone = isEqual(Principal, '*') || isEqual(Principal, { AWS: '*' });
  const where = whereOf(Condition, text);
  const resources = on === undefined ? '' : text(on);
  if (
    Effect === 'Deny' &&
    everyone &&
    where === ' over plain HTTP' &&
    /^\w+:\*$/.test(may.join()) &&
    /^it(, it\/\*)?$/.test(resources) &&
    Object.keys(others).length === 0
  ) {
    return { key: 'TLS', says: 'TLS only', below: false };
  }
  const who =
    Principal === undefined ? '' : everyone ? 'everyone ' : `${Object.values(Principal).map(text).join(', ')} `;
  const more = Object.keys(others).length > 0 ? ` ${text(others)}` : '';
  return {
    key: `may ${services.join()}`,
    says: [`${who}${Effect === 'Allow' ? 'may' : 'may not'}`, ...may, ...(on === undefined ? [] : [`on ${resources}`])]
      .join(' ')
      .concat(where, more),
    below: true,
  };
};

const whereOf = (condition: Json, text: Text): string => {
  if (condition === undefined) return '';
  const keys = condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
  const guard = {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
  if (keys && isEqual(condition, guard)) return ` where LeadingKeys ${text(keys)}`;
  if (isEqual(condition, { Bool: { 'aws:SecureTransport': 'false' } })) return ' over plain HTTP';
  const source = condition.ArnEquals?.['aws:SourceArn'];
  if (source && isEqual(condition, { ArnEquals: { 'aws:SourceArn': source } })) return ` from ${text(source)}`;
  return ` where ${text(condition)}`;
};

/** What is written of a resource under a key, which several facts may share. */
const saidFor = (key: string, { facts }: Told) =>
  facts
    .filter((fact) => fact.key === key)
    .map(({ says }) => says)
    .join('; ');

type Usual = ReadonlyMap<string, string>;

/** Of what a kind calls usual: what more than half of the resources say, by type and key. */
const usualOf = (told: readonly Told[]): ReadonlyMap<string, Usual> => {
  const found = new Map<string, Usual>();
  for (const [type, { usual = [] }] of Object.entries(KINDS)) {
    const ofType = told.filter((one) => one.type === type);
    const common = usual.flatMap((key) => {
      const said = ofType.map((one) => saidFor(key, one));
      const most = said.find((says) => says && said.filter((other) => other === says).length > said.length / 2);
      return most ? [[key, most] as const] : [];
    });
    if (common.length > 0) found.set(type, new Map(common));
  }
  return found;
};

const linesOf = (told: Told, usual: Usual = new Map()): readonly string[] => {
  const shown = told.facts.filter(({ key }) => usual.get(key) !== saidFor(key, told));
  const missing = [...usual].filter(([key]) => !saidFor(key, told)).map(([, says]) => `NOT ${says}`);
  const beside = [...shown.filter(({ below }) => !below).map(({ says }) => says), ...missing];
  return [
    ...filled(2, `${told.title}${beside.length > 0 ? ': ' : ''}`, beside),
    ...shown.filter(({ below }) => below).flatMap(({ says }) => filled(4, '', [says])),
  ];
};

const WIDTH = 160;

/** Facts on a line, and on further ones where they do not fit. */
const filled = (indent: number, before: string, facts: readonly string[]): readonly string[] => {
  const [first = '', ...others] = facts.join('; ').split('; ');
  const lines = [`${' '.repeat(indent)}${before}${first}`];
  for (const fact of others) {
    const extended = `${lines.at(-1)}; ${fact}`;
    if (extended.length <= WIDTH) lines[lines.length - 1] = extended;
    else lines.push(`${' '.repeat(indent + 4)}${fact}`);
  }
  return lines;
};
