import { readFileSync, writeFileSync } from 'node:fs';
import { manifests } from '#manifests';
import { type FunctionSpec, functionId } from '#shared/manifest';

type State = {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Parameters?: { readonly FunctionName?: string };
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
};
type Definition = {
  readonly Comment: string;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
};

const functions = manifests.flatMap(({ context, functions }) =>
  Object.entries<FunctionSpec>(functions).map(([name, spec]) => ({ id: functionId(context, name), context, spec })),
);

const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');
const codes = (names: readonly string[] = []) => names.map((name) => `\`${name}\``).join('<br>') || '-';
const mermaid = (...lines: readonly string[]) => ['```mermaid', ...lines, '```'].join('\n');

const triggers = (spec: FunctionSpec): string =>
  [
    ...(spec.routes ?? []).map(({ method, path, scope }) => `\`${method} ${path}\` (${scope})`),
    ...(spec.consumes ?? []).map((type) => `event \`${type}\``),
    ...(spec.task ? ['task of a saga'] : []),
    ...(spec.streams ? ["the table's stream"] : []),
    ...(spec.authorizes ? ["the API's authorizer"] : []),
  ].join('<br>');

const functionTable = () =>
  table(
    ['Function', 'Called by', 'Table grants'],
    functions.map(({ id, spec }) => [
      `\`${id}\``,
      triggers(spec),
      spec.grants.map(({ of, may }) => `\`${of}#\`: ${may.join(', ')}`).join('<br>') || '-',
    ]),
  );

const consumersOf = (type: string) =>
  functions.filter(({ spec }) => spec.consumes?.some((consumed) => consumed === type));

const eventTable = () =>
  table(
    ['Event', 'Published by', 'Consumed by'],
    manifests.flatMap(({ context, publishes = [] }) =>
      publishes.map((type) => [`\`${type}\``, context, codes(consumersOf(type).map(({ id }) => id))]),
    ),
  );

const eventChart = () =>
  mermaid(
    'flowchart LR',
    ...manifests.flatMap(({ context, publishes = [] }) =>
      publishes.flatMap((type) => consumersOf(type).map(({ id }) => `  ${context} -- ${type} --> ${id}`)),
    ),
    ...functions.flatMap(({ id, spec }) => (spec.starts ?? []).map((workflow) => `  ${id} -- starts --> ${workflow}`)),
  );

const sagaChart = ({ StartAt, States }: Definition) =>
  mermaid(
    'stateDiagram-v2',
    `  [*] --> ${StartAt}`,
    ...Object.entries(States).flatMap(([name, { Type, Next, End, Catch = [] }]) => [
      ...(Next ? [`  ${name} --> ${Next}`] : []),
      ...(End || Type === 'Succeed' || Type === 'Fail' ? [`  ${name} --> [*]`] : []),
      ...Catch.map(({ ErrorEquals, Next }) => `  ${name} --> ${Next}: ${ErrorEquals.join(', ')}`),
    ]),
  );

const sagas = () =>
  manifests.flatMap(({ workflows = {} }) =>
    Object.entries(workflows).map(([id, { definition }]) => {
      const asl = JSON.parse(readFileSync(new URL(`../${definition}`, import.meta.url), 'utf8')) as Definition;
      const tasks = Object.entries(asl.States).flatMap(([state, { Parameters }]) =>
        Parameters?.FunctionName ? [[state, `\`${Parameters.FunctionName.slice(2, -1)}\``]] : [],
      );
      return [`### ${id}`, asl.Comment, sagaChart(asl), table(['State', 'Function'], tasks)].join('\n\n');
    }),
  );

/** docs/flow.md, from the manifests and the sagas' definitions. */
export const flow = (): string =>
  [
    '# The flow',
    'Made by `npm run docs` from the manifests and the definitions of the sagas; a test fails when it is not up to date.',
    '## Functions',
    functionTable(),
    '## Events',
    'An event rides on the item whose write caused it; the relay brings it from the stream to the bus; each consumer has a rule, a queue and a dead-letter queue of its own.',
    eventChart(),
    eventTable(),
    '## Sagas',
    ...sagas(),
  ]
    .join('\n\n')
    .concat('\n');

if (import.meta.main) writeFileSync(new URL('flow.md', import.meta.url), flow());
