import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  SFNClient,
  StopExecutionCommand,
  ValidationException,
} from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { eventsOf } from '#orders/table/history-events';
import { orderKey } from '#orders/table/keys';
import type { OrderId, TenantId } from '#platform/kernel';
import { toEntry } from '#relay/stream-record';
import { setOutage } from '../acceptance/client.ts';
import { host, queueNames } from '../acceptance/host.ts';
import { expectStatus } from '../acceptance/request.ts';
import type { Shop } from '../acceptance/shop.ts';
import { chanceOf } from '../sim/chance.ts';
import type { Accepted } from './customers.ts';
import type { FaultCounts, FaultKind } from './fault-kinds.ts';
import { retryUntilAnswered } from './retry.ts';

const TICK_MS = 1_000;
const SAGAS = ['fulfil-order', 'unwind-order'];
/** Long enough for a breaker to open. */
const OUTAGE_S = 12;

const sfn = new SFNClient(host.aws);
const bus = new EventBridgeClient(host.aws);
const table = DynamoDBDocumentClient.from(new DynamoDBClient(host.aws));

/** `chance` is at least 0 and less than 1. */
const pickBy = <T>(chance: number, values: readonly T[]): T | undefined => values[Math.floor(chance * values.length)];

/** Stops a saga in any state, which leaves its order to the sweeper. Resolves to the number of stopped executions. */
const stopExecution = async (chance: number): Promise<number> => {
  const region = host.aws.region ?? 'us-east-1';
  const running = await Promise.all(
    SAGAS.map(async (id) => {
      const stateMachineArn = `arn:aws:states:${region}:000000000000:stateMachine:${queueNames.workflow(id)}`;
      const input = { stateMachineArn, statusFilter: 'RUNNING', maxResults: 100 } as const;
      return (await sfn.send(new ListExecutionsCommand(input))).executions ?? [];
    }),
  );
  const executionArn = pickBy(chance, running.flat())?.executionArn;
  if (!executionArn) return 0;
  try {
    await sfn.send(new StopExecutionCommand({ executionArn }));
    return 1;
  } catch (error) {
    // it ended by itself since it was listed
    if (error instanceof ExecutionDoesNotExist || error instanceof ValidationException) return 0;
    throw error;
  }
};

/** Publishes every event of an order again. Resolves to the number of events. */
const repeatEvents = async (orders: readonly Accepted[], chance: number): Promise<number> => {
  const order = pickBy(chance, orders);
  if (!order) return 0;
  const Key = orderKey(order.shop.tenantId as TenantId, order.id as OrderId);
  const { Item } = await table.send(new GetCommand({ TableName: queueNames.table, Key, ConsistentRead: true }));
  if (!Item) throw new Error(`the order ${order.id} was accepted but is not in the table`);
  const Entries = eventsOf(Item).map((event) => toEntry(event, 'orders', queueNames.bus));
  const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries }));
  if (FailedEntryCount) throw new Error(`the bus refused ${FailedEntryCount} events`);
  return Entries.length;
};

/** Resolves to 1 if the shop has an order that the outage can affect. */
const breakProvider = async ({ tenantId, orders }: Shop): Promise<number> => {
  await expectStatus(
    retryUntilAnswered(() => setOutage(tenantId, OUTAGE_S)),
    200,
  );
  const { items } = await expectStatus(
    retryUntilAnswered(() => orders()),
    200,
  );
  return items.some(({ status }) => status === 'placed' || status === 'cancelling') ? 1 : 0;
};

type Options = {
  readonly seed: number;
  readonly shops: readonly Shop[];
  readonly accepted: readonly Accepted[];
  readonly faultCounts: FaultCounts;
  /** Called after each tick. */
  readonly isOver: () => Promise<boolean>;
};

/** The probability of each kind, for each tick. */
const rates = { 'execution stopped': 0.35, 'events repeated': 0.5, 'provider outage': 0.1 } satisfies Partial<
  Record<FaultKind, number>
>;

const injectedKinds = Object.keys(rates) as readonly (keyof typeof rates)[];

/** Injects faults from outside the backend at every tick until the run is over. */
export const injectFaults = async ({ seed, shops, accepted, faultCounts, isOver }: Options) => {
  const injectors: Readonly<Record<keyof typeof rates, (chance: number) => Promise<number>>> = {
    'execution stopped': stopExecution,
    'events repeated': (chance) => repeatEvents(accepted, chance),
    'provider outage': (chance) => breakProvider(pickBy(chance, shops) as Shop),
  };
  const chances = injectedKinds.map((kind) => [kind, chanceOf(seed, `blow/${kind}`)] as const);
  do {
    for (const [kind, chance] of chances) {
      const [isHit, target] = [chance.number() < rates[kind], chance.number()];
      if (isHit) faultCounts[kind] += await injectors[kind](target);
    }
    await sleep(TICK_MS);
  } while (!(await isOver()));
};
