import type { DynamoDBStreamEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import type { Manifest } from '#platform/manifest';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';
import { type Create, entries, openShop, shop } from './shop.ts';

const MINUTE = 60_000;
const bank = {
  context: 'bank',
  core: false,
  standalone: { stages: ['dev'] },
  functions: {},
} as const satisfies Manifest;

/** A shop whose relay fails while `relay.fails`, and which counts the records that reach the relay. */
const openRestorable = () => {
  const clock = createVirtualClock();
  const state: { fails: boolean; records: number; gate?: Promise<void> | undefined } = { fails: false, records: 0 };
  const relay: Create = (rt) => async (event: DynamoDBStreamEvent, context) => {
    state.records += event.Records.length;
    await state.gate;
    if (state.fails) throw new Error('the bus is down');
    return entries['relay']?.(rt)(event as never, context);
  };
  const options = { clock, contexts: [shop, bank], pointInTimeRecovery: true };
  const { host, request } = openShop({ relay }, options);
  const sell = async (id: string) => {
    await request({ method: 'POST', target: `/v1/sales/${id}` });
    await clock.advance(100);
  };
  const call = (operation: string, input: object) =>
    host.callAws({
      target: `DynamoDB_20120810.${operation}`,
      body: JSON.stringify({ TableName: 'breakwater-dev', ...input }),
    });
  const items = async () =>
    JSON.parse((await call('Scan', {})).json).Items.map(({ pk }: { pk: { S: string } }) => pk.S);
  return { clock, host, state, sell, call, items };
};

it('returns the table to an earlier moment, and leaves executions and the items of other companies as they are', async () => {
  const { clock, host, sell, call, items } = openRestorable();
  await sell('early');
  const at = new Date(clock.now());
  await clock.advance(MINUTE);
  await sell('late');
  await call('PutItem', { Item: { pk: { S: 'bank#1' }, sk: { S: '-' } } });
  host.restoreTable(at);
  expect(await items()).toEqual(['bank#1', 'shop#early']);
  expect(host.executions().map(({ name }) => name)).toEqual(['early', 'late']);
  host.close();
});

it('forgets what the stream has not delivered, and delivers what is written afterwards', async () => {
  const { clock, host, state, sell, items } = openRestorable();
  const at = new Date(clock.now());
  await clock.advance(MINUTE);
  state.fails = true;
  await sell('lost');
  host.restoreTable(at);
  state.fails = false;
  state.records = 0;
  await clock.advance(MINUTE);
  expect(state.records).toBe(0);
  await sell('new');
  await host.whenIdle();
  expect(host.executions().map(({ name }) => name)).toEqual(['new']);
  expect(await items()).toEqual(['shop#new']);
  host.close();
});

it('forgets a batch that the relay is handling, and delivers the next record once', async () => {
  const { clock, host, state, sell } = openRestorable();
  const at = new Date(clock.now());
  await clock.advance(MINUTE);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  state.gate = gate;
  await sell('lost');
  host.restoreTable(at);
  // in the same shard, behind the batch that is still being handled
  await sell('lost');
  state.gate = undefined;
  open();
  // the second execution of this name is refused, so its message is received again for days
  await clock.advance(5 * MINUTE);
  expect(state.records).toBe(2);
  host.close();
});

it('needs a host that keeps the history', () => {
  const { host } = openShop();
  expect(() => host.restoreTable(new Date())).toThrow(/history of breakwater-dev is not kept/);
  host.close();
});
