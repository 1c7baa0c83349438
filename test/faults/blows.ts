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
import { outage } from '../acceptance/client.ts';
import { host, queueNames } from '../acceptance/host.ts';
import type { Shop } from '../acceptance/shop.ts';
import { chanceOf } from '../sim/chance.ts';
import type { Accepted } from './customers.ts';
import type { Kind, Struck } from './kinds.ts';
import { persist } from './persist.ts';

const TICK_MS = 1_000;
const SAGAS = ['fulfil-order', 'unwind-order'];
/** Long enough for a breaker to open. */
const OUTAGE_S = 12;

const sfn = new SFNClient(host.aws);
const bus = new EventBridgeClient(host.aws);
const table = DynamoDBDocumentClient.from(new DynamoDBClient(host.aws));

const nth = <T>(of: readonly T[], force: number): T | undefined => of[Math.floor(force * of.length)];

/** Ends a saga wherever it stands; its order is for the sweeper. Answers whether it still ran. */
const stopExecution = async (force: number): Promise<number> => {
  const region = host.aws.region ?? 'us-east-1';
  const running = await Promise.all(
    SAGAS.map(async (id) => {
      const stateMachineArn = `arn:aws:states:${region}:000000000000:stateMachine:${queueNames.workflow(id)}`;
      const asked = { stateMachineArn, statusFilter: 'RUNNING', maxResults: 100 } as const;
      return (await sfn.send(new ListExecutionsCommand(asked))).executions ?? [];
    }),
  );
  const executionArn = nth(running.flat(), force)?.executionArn;
  if (!executionArn) return 0;
  try {
    await sfn.send(new StopExecutionCommand({ executionArn }));
    return 1;
  } catch (error) {
    // it has ended by itself in between
    if (error instanceof ExecutionDoesNotExist || error instanceof ValidationException) return 0;
    throw error;
  }
};

/** All that an order has told so far is told again. Answers how many events that are. */
const repeatEvents = async (orders: readonly Accepted[], force: number): Promise<number> => {
  const order = nth(orders, force);
  if (!order) return 0;
  const Key = orderKey(order.shop.tenantId as TenantId, order.id as OrderId);
  const { Item } = await table.send(new GetCommand({ TableName: queueNames.table, Key, ConsistentRead: true }));
  if (!Item) throw new Error(`the order ${order.id} was accepted and is not there`);
  const Entries = eventsOf(Item).map((event) => toEntry(event, 'orders', queueNames.bus));
  const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries }));
  if (FailedEntryCount) throw new Error(`the bus does not take ${FailedEntryCount} events`);
  return Entries.length;
};

/** Answers whether the shop has an order that the provider may have been asked about. */
const breakProvider = async ({ tenantId, orders }: Shop): Promise<number> => {
  await persist(() => outage(tenantId, OUTAGE_S));
  const { items } = (await persist(() => orders())).body;
  return items.some(({ status }) => status === 'placed' || status === 'cancelling') ? 1 : 0;
};

type Options = {
  readonly seed: number;
  readonly shops: readonly Shop[];
  readonly accepted: readonly Accepted[];
  readonly struck: Struck;
  readonly over: () => boolean;
};

/** Of every tick, how likely each of these strikes. */
const rates = { 'execution stopped': 0.35, 'events repeated': 0.5, 'provider outage': 0.1 } satisfies Partial<
  Record<Kind, number>
>;

export const blows = Object.keys(rates) as readonly (keyof typeof rates)[];

/** Tick by tick, until it is over, chance strikes from outside. */
export const strike = async ({ seed, shops, accepted, struck, over }: Options) => {
  const acts: Readonly<Record<keyof typeof rates, (force: number) => Promise<number>>> = {
    'execution stopped': stopExecution,
    'events repeated': (force) => repeatEvents(accepted, force),
    'provider outage': (force) => breakProvider(nth(shops, force) as Shop),
  };
  const chances = blows.map((kind) => [kind, chanceOf(seed, `blow/${kind}`)] as const);
  for (; !over(); await sleep(TICK_MS))
    for (const [kind, chance] of chances) {
      const [falls, force] = [chance.number() < rates[kind], chance.number()];
      if (falls) struck[kind] += await acts[kind](force);
    }
};
