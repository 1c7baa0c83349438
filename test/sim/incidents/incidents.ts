import { contexts } from '#contexts';
import { type SagaDefinition, toAsl } from '#platform/saga/definition';
import { secrets } from '../../fixtures/secrets.ts';
import type { Incident, IncidentName, Scene } from './incident.ts';
import { stageRestore } from './restore.ts';

const STARTER = 'orders-start-saga';
const RELAY = 'relay-publish';
const SAGA = 'fulfil-order';
const LAST_TASK = 'orders-confirm';
/** Longer than any incident: its repair ends the outage. */
const OUTAGE_SECONDS = 86_400;

const definitionOf = (workflow: string): string => {
  const all = contexts.flatMap(({ workflows = {} }) => Object.entries<SagaDefinition>(workflows));
  const saga = all.find(([id]) => id === workflow)?.[1];
  if (!saga) throw new Error(`there is no workflow ${workflow}`);
  return JSON.stringify(toAsl(saga));
};

/** The saga with its last task replaced by a state that fails, as after a deployment that breaks it. */
const brokenDefinition = (definition: string): string => {
  const { States, ...rest } = JSON.parse(definition) as { readonly States: Readonly<Record<string, unknown>> };
  const broken = Object.entries(States).map(([name, state]) =>
    JSON.stringify(state).includes(`\${${LAST_TASK}}`)
      ? [name, { Type: 'Fail', Error: 'States.Runtime', Cause: 'The deployed saga is broken.' }]
      : [name, state],
  );
  if (JSON.stringify(broken).includes(LAST_TASK)) throw new Error(`a state of ${SAGA} still runs ${LAST_TASK}`);
  return JSON.stringify({ ...rest, States: Object.fromEntries(broken) });
};

const setOutage = async ({ send, shop }: Scene, seconds: number) => {
  const body = { tenantId: shop.getTenant().id, seconds };
  const { status } = await send('POST', '/sandbox/outages', { bearer: secrets['provider-key'], body });
  if (status !== 200) throw new Error(`the outage could not be set: ${status}`);
};

const stageOutage = (scene: Scene) => ({
  cause: () => setOutage(scene, OUTAGE_SECONDS),
  repair: () => setOutage(scene, 0),
});

/** Sets the tenant's policy. A product without policies is measured without one, and the result says so. */
const setPolicy = async ({ send, shop, note }: Scene, policy: object) => {
  const target = `/v1/tenants/${shop.getTenant().id}/policy`;
  const { status, body } = await send('PUT', target, { bearer: secrets['operator-key'], body: policy });
  if (status === 404) note('The product has no policies of tenants yet, so nothing gives way.');
  else if (status >= 300) throw new Error(`PUT ${target} answered ${status}: ${JSON.stringify(body)}`);
};

/** Stock for all of the orders before and after an outage, and for the fifth of those in between whose customers pay. */
const outageOf = (ordersPerMinute: number) => ({
  ordersPerMinute,
  minutes: { before: 2, during: 10, after: 10 },
  stock: ordersPerMinute * (2 + 10 / 5 + 10),
});

export const incidents: Readonly<Record<IncidentName, Incident>> = {
  'consumer-stopped': {
    title: 'a consumer is stopped for an hour',
    staged: `The event source of \`${STARTER}\` is disabled. Its messages wait in the queue.`,
    ordersPerMinute: 4,
    minutes: { before: 5, during: 60, after: 10 },
    stage: ({ host }) => ({
      cause: () => host.pauseConsumer(STARTER),
      repair: () => host.resumeConsumer(STARTER),
    }),
  },
  'bad-saga': {
    title: 'a broken saga is deployed for 22 minutes',
    staged: `In the definition of \`${SAGA}\` the state that runs \`${LAST_TASK}\` fails at once. Its orders hold their stock and are charged.`,
    ordersPerMinute: 4,
    minutes: { before: 5, during: 22, after: 10 },
    stage: ({ host }) => ({
      cause: () => host.replaceWorkflow(SAGA, brokenDefinition(definitionOf(SAGA))),
      repair: () => host.replaceWorkflow(SAGA, definitionOf(SAGA)),
    }),
  },
  'relay-failing': {
    title: 'the relay fails for 30 minutes',
    staged: `Every \`PutEvents\` of \`${RELAY}\` answers 503.`,
    ordersPerMinute: 4,
    minutes: { before: 5, during: 30, after: 10 },
    stage: ({ levers }) => ({
      cause: () => levers.failCalls({ fn: RELAY, operation: 'PutEvents', error: 'ServiceUnavailable' }),
      repair: levers.repairCalls,
    }),
  },
  'provider-away': {
    title: 'the provider is away for 10 minutes',
    staged:
      'Every charge, void and refund answers 503. A fifth of the customers who are told how to pay do so within minutes. The tenant has the default policy.',
    ...outageOf(50),
    stage: stageOutage,
  },
  'units-give-way': {
    title: 'the same, where the units of unpaid orders give way',
    staged: 'The same outage, for a tenant whose orders become offline at once and give way after five minutes.',
    ...outageOf(25),
    stage: (scene) => ({
      ...stageOutage(scene),
      async cause() {
        await setPolicy(scene, { offlineAfterMinutes: 0, giveWayAfterMinutes: 5 });
        await setOutage(scene, OUTAGE_SECONDS);
      },
    }),
  },
  'worker-failing': {
    title: 'a worker fails for 10 minutes',
    staged: `Every \`StartExecution\` of \`${STARTER}\` is denied, so the worker runs and fails with each message.`,
    ordersPerMinute: 4,
    minutes: { before: 5, during: 10, after: 15 },
    stage: ({ levers }) => ({
      cause: () => levers.failCalls({ fn: STARTER, operation: 'StartExecution', error: 'AccessDeniedException' }),
      repair: levers.repairCalls,
    }),
  },
  'table-restored': {
    title: 'the table is restored to an hour ago',
    staged:
      'An operator follows [the runbook](runbooks/restore.md). Twelve orders are under way at the restore point. Most customers of the lost hour repeat their request with its key within ten minutes, some after their payment was refunded by hand, and some never. The provider sends its callbacks of the lost hour again.',
    ordersPerMinute: 4,
    minutes: { before: 5, during: 60, after: 60 },
    stage: stageRestore,
  },
};
