import { expect, test } from 'vitest';
import type { Order } from '../acceptance/client.ts';
import { host } from '../acceptance/host.ts';
import { until } from '../acceptance/poll.ts';
import { allOrders, ended, type Shop, stockBecomes } from '../acceptance/shop.ts';
import { STOCK } from './customers.ts';
import { kinds } from './kinds.ts';
import { acceptedBy, doomed, night, play, seed, soldOf } from './night.ts';
import { allHandled, npmRun, redriveAll, rests, resumeParked } from './operator.ts';

const { limits, times, faults } = host;
/** Its deadline sees to an order at the latest, and then twice a sweep. */
const REST_MS = times.orderDeadlineMs + 2 * (times.maxStandstillMs + limits.sweepMs) + limits.rushMs;

const orders = new Map<Shop, readonly Order[]>();
const all = () => [...orders.values()].flat();

test(`customers are served while functions die, events repeat and the provider fails: FAULTS_SEED=${seed}`, {
  timeout: 2 * faults.forMs + limits.deadLetterMs + 2 * limits.rushMs,
}, async () => {
  await play();
  console.log(`${night.accepted.length} orders were accepted; ${doomed} died whenever it was invoked`);
});

test('once the faults are over, every order that was accepted ends, and there is no other', {
  timeout: REST_MS + limits.rushMs,
}, async () => {
  await until(
    REST_MS,
    async () => {
      night.struck['dead letter redriven'] += await redriveAll();
      for (const shop of night.shops) {
        orders.set(shop, await allOrders(shop));
        await resumeParked(shop, orders.get(shop) ?? []);
      }
      return all().filter((order) => !ended(order));
    },
    (open) => open.length === 0,
  );
  for (const shop of night.shops)
    expect(
      orders
        .get(shop)
        ?.map(({ id }) => id)
        .sort(),
    ).toEqual(acceptedBy(shop).sort());
});

test('what was received was sold or is there', async () => {
  for (const shop of night.shops)
    for (const [sku, units] of Object.entries(STOCK)) {
      const sold = soldOf(orders.get(shop) ?? [], sku);
      const received = units + (sku === 'last' ? (night.delivered.get(shop) ?? 0) : 0);
      await stockBecomes(shop, { sku, available: received - sold, held: 0, sold });
    }
});

test('every kind of fault struck something live', () => {
  const parked = all().filter(({ history }) => history.some(({ status }) => status === 'needs_attention'));
  night.struck['refund refused'] = parked.length;
  console.log(kinds.map((kind) => `${String(night.struck[kind]).padStart(6)}  ${kind}`).join('\n'));
  expect(kinds.filter((kind) => night.struck[kind] === 0)).toEqual([]);
});

test('no event is left behind', { timeout: limits.rushMs + limits.deadLetterMs }, async () => {
  await allHandled(limits.deadLetterMs);
  expect(await rests()).toEqual([]);
});

test('npm run audit finds no broken invariant in the whole table', async () => {
  const { code, output } = await npmRun('audit', '--at-rest');
  console.log(output);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('every invariant holds') });
});
