import { contexts } from '#contexts';
import { functionsOf, type NamedFunction } from '#platform/manifest';
import type { SagaDefinition } from '#platform/saga/definition';
import { codes, mermaid, table } from './markdown.ts';

const functions = functionsOf(...contexts);

/** What causes an invocation of the function. */
export const triggersOf = ({ spec, routes }: NamedFunction): string =>
  [
    ...routes.map(({ method, path, scope }) => `\`${method} ${path}\` (${scope})`),
    ...(spec.consumes ?? []).map((type) => `event \`${type}\``),
    ...(spec.task ? ['task of a saga'] : []),
    ...(spec.streams ? ["the table's stream"] : []),
    ...(spec.everyMinutes
      ? [`schedule: every ${spec.everyMinutes === 1 ? 'minute' : `${spec.everyMinutes} minutes`}`]
      : []),
    ...(spec.authorizes ? ["the API's authorizer"] : []),
  ].join('<br>');

/** The functions with their triggers and table grants. */
export const functionTable = (functions: readonly NamedFunction[]) =>
  table(
    ['Function', 'Triggered by', 'Table grants'],
    functions.map((fn) => [
      `\`${fn.id}\``,
      triggersOf(fn),
      fn.spec.grants.map(({ of, may }) => `\`${of}#\`: ${may.join(', ')}`).join('<br>') || '-',
    ]),
  );

/** The functions that consume an event type. */
export const consumersOf = (type: string) =>
  functions.filter(({ spec }) => spec.consumes?.some((consumed) => consumed === type));

/** Every event with its publisher: a context, or SES. */
const publishedEvents = contexts.flatMap(({ context, publishes = [], receives = {} }) => [
  ...publishes.map((type) => ({ type: type as string, publisher: context, origin: context })),
  ...Object.entries(receives).map(([type, { mailEvent }]) => ({
    ...{ type, publisher: 'SES', origin: `SES, as \`${mailEvent}\`` },
  })),
]);

const eventTable = () =>
  table(
    ['Event', 'Published by', 'Consumed by'],
    publishedEvents.map(({ type, origin }) => [`\`${type}\``, origin, codes(consumersOf(type).map(({ id }) => id))]),
  );

const eventChart = () =>
  mermaid(
    'flowchart LR',
    ...publishedEvents.flatMap(({ type, publisher }) =>
      consumersOf(type).map(({ id }) => `  ${publisher} -- ${type} --> ${id}`),
    ),
    ...functions.flatMap(({ id, spec }) => (spec.starts ?? []).map((workflow) => `  ${id} -- starts --> ${workflow}`)),
  );

const sagaChart = ({ startAt, steps, onFault }: SagaDefinition) =>
  mermaid(
    'stateDiagram-v2',
    `  [*] --> ${startAt}`,
    ...Object.entries(steps).flatMap(([name, step]) => {
      if (step.kind !== 'task') return [`  ${name} --> [*]`];
      return [
        `  ${name} --> ${step.next ?? '[*]'}`,
        ...step.refusals.map(({ error, next }) => `  ${name} --> ${next}: ${error.name}`),
        `  ${name} --> ${onFault}: any other error`,
      ];
    }),
  );

const sagas = () =>
  contexts.flatMap(({ workflows = {} }) =>
    Object.entries(workflows).map(([id, saga]) => {
      const tasks = Object.entries(saga.steps).flatMap(([name, step]) =>
        step.kind === 'task' ? [[name, `\`${step.function}\``]] : [],
      );
      return [`### ${id}`, saga.comment, sagaChart(saga), table(['State', 'Function'], tasks)].join('\n\n');
    }),
  );

/** docs/flow.md, from the manifests, the contracts and the sagas. */
export const flow = (): string =>
  [
    '# The flow',
    '`npm run docs` generates this page from the manifests, the contracts and the sagas. A test fails when it is out of date.',
    '## Functions',
    functionTable(functions),
    '## Events',
    'The write of an item carries its events. The relay publishes them from the stream to the bus. Each consumer has rules, a queue and dead-letter queues of its own. What SES publishes on the default bus of the account, the rule of its consumer makes an event of ours ([ADR 103](adr/0103-bounces-are-counted-and-suppressed-by-ses.md)).',
    eventChart(),
    eventTable(),
    '## Sagas',
    ...sagas(),
  ]
    .join('\n\n')
    .concat('\n');
