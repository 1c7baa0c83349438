import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { contexts } from '#contexts';
import { type Manifest, manifestsOn, type StageKind } from '#platform/manifest';
import { breakwater } from '../../bin/breakwater.ts';
import cdk from '../../cdk.json' with { type: 'json' };
import { type Settings, stageOf } from '../../lib/stages.ts';

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties are JSON of a form that differs with each type
export type Json = any;

export type Resource = {
  readonly stack: string;
  readonly id: string;
  readonly Type: string;
  readonly Properties: Json;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
};

export type Synthesis = {
  readonly stacks: readonly {
    readonly name: string;
    readonly template: Json;
    readonly before: readonly string[];
    readonly protected: boolean;
    readonly tags: Readonly<Record<string, string>>;
  }[];
  readonly resources: readonly Resource[];
  readonly ofType: (type: string) => readonly Resource[];
};

/** Of the code that the templates are synthesised with, instead of a digest that changes with every line. */
export const CODE_VERSION = 'the-version-of-the-code';

/** An app with the context of the command line: its feature flags change templates (ADR 99). */
export const createApp = (context: Readonly<Record<string, unknown>> = cdk.context) => new App({ context });

/** Synthesises a stage as the CDK would, except for the functions' code. bundles.test.ts bundles that. */
export const synthesise = (
  settings: Settings,
  all: readonly Manifest[] = contexts,
  context?: Readonly<Record<string, unknown>>,
): Synthesis => {
  const stage = stageOf(settings);
  const app = createApp(context);
  const code = () => Code.fromInline('exports.handler = () => {};');
  breakwater(app, { stage, manifests: manifestsOn(stage.kind, all), code, codeVersion: CODE_VERSION });
  const stacks = app.synth().stacks.map((stack) => ({
    name: stack.stackName,
    template: stack.template as Json,
    before: stack.dependencies.map(({ id }) => id).filter((id) => !id.endsWith('.assets')),
    protected: stack.terminationProtection ?? false,
    tags: stack.tags,
  }));
  const resources = stacks.flatMap(({ name, template }) =>
    Object.entries<Json>(template.Resources).map(([id, resource]) => ({
      stack: name,
      id,
      Properties: {},
      ...resource,
    })),
  );
  return { stacks, resources, ofType: (type) => resources.filter(({ Type }) => Type === type) };
};

const PROVIDER = 'https://provider.example';
const SENDER = 'shop@mail.example';
const ON_CALL = 'oncall@mail.example';

export const settingsOf: Readonly<Record<StageKind, Settings>> = {
  localstack: { stage: 'localstack' },
  dev: { stage: 'dev' },
  staging: { stage: 'staging', providerUrl: PROVIDER, mailFrom: SENDER, alarmEmail: ON_CALL },
  prod: { stage: 'prod', providerUrl: PROVIDER, mailFrom: SENDER, alarmEmail: ON_CALL },
};

const synthesised = new Map<StageKind, Synthesis>();

/** Every stage, synthesised once. */
export const allStages = () =>
  (Object.keys(settingsOf) as StageKind[]).map((stage) => {
    const synthesis = synthesised.get(stage) ?? synthesise(settingsOf[stage]);
    synthesised.set(stage, synthesis);
    return [stage, synthesis] as const;
  });

/** The only element of the list. `description` names it in the error that is thrown otherwise. */
export const getOnly = <T>(list: readonly T[], description: string): T => {
  const [first, ...others] = list;
  if (first === undefined || others.length > 0) throw new Error(`${list.length} instead of 1: ${description}`);
  return first;
};

/** The path of an API Gateway resource, such as `/v1/orders/{id}`, from its parents among the `resources` of its stack. */
export const pathOf = (resources: readonly Resource[], { Ref, 'Fn::GetAtt': root }: Json): string => {
  if (root) return '';
  const { Properties } = getOnly(
    resources.filter(({ id }) => id === Ref),
    Ref,
  );
  return `${pathOf(resources, Properties.ParentId)}/${Properties.PathPart}`;
};

/** One value or a list of values as a list. */
export const toList = <T>(value: T | readonly T[] | undefined): readonly T[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
};

/** Evaluates an expression of CloudWatch, of the few functions that ours use, for one period. A missing value is undefined. */
export const evaluate = (
  expression: string,
  values: Readonly<Record<string, number | undefined>>,
): number | undefined => {
  const source = expression.replaceAll(' AND ', ' && ').replaceAll(/\bIF\(/g, 'choose(');
  const evaluator = new Function('choose', 'FILL', ...Object.keys(values), `return ${source};`);
  return evaluator(
    (condition: boolean, yes?: number, no?: number) => (condition ? yes : no),
    (value: number | undefined, filling: number) => value ?? filling,
    ...Object.values(values),
  );
};
