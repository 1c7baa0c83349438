import { expect, test } from 'vitest';
import type { Order } from '../acceptance/client.ts';
import { host } from '../acceptance/host.ts';
import { pollUntil } from '../acceptance/poll.ts';
import { expectStock, hasEnded, listOrders, type Shop } from '../acceptance/shop.ts';
import { STOCK } from './customers.ts';
import { faultKinds, findRareKinds } from './fault-kinds.ts';
import { listNonEmptyQueues, resumeParked, runNpmScript, waitForEmptyQueues } from './operator.ts';
import { countParked, countSold, doomedWorker, listAcceptedIds, playRun, run, seed } from './run.ts';

const { limits, times } = host;
/** An order ends with the restarts after the last fault; one that awaits its payment with its deadline, after up to two sweeps. */
const END_TIMEOUT_MS = times.paymentDeadlineMs + 4 * (times.maxStandstillMs + limits.sweepMs) + limits.rushMs;

const ordersByShop = new Map<Shop, readonly Order[]>();
const allOrders = () => [...ordersByShop.values()].flat();

test(`customers are served while functions die, events repeat and the provider fails: FAULTS_SEED=${seed}`, async () => {
  await playRun();
  console.log(`${run.accepted.length} orders were accepted; ${doomedWorker} died at every invocation`);
});

test('after the faults, every accepted order ends and no other order exists', async () => {
  await pollUntil(
    END_TIMEOUT_MS,
    async () => {
      for (const shop of run.shops) {
        ordersByShop.set(shop, await listOrders(shop));
        await resumeParked(shop, ordersByShop.get(shop) ?? []);
      }
      return allOrders().filter((order) => !hasEnded(order));
    },
    (open) => open.length === 0,
  );
  for (const shop of run.shops)
    expect(
      ordersByShop
        .get(shop)
        ?.map(({ id }) => id)
        .sort(),
    ).toEqual(listAcceptedIds(shop).sort());
});

test('every received unit is sold or available', async () => {
  for (const shop of run.shops)
    for (const [sku, units] of Object.entries(STOCK)) {
      const sold = countSold(ordersByShop.get(shop) ?? [], sku);
      const received = units + (sku === 'last' ? (run.received.get(shop) ?? 0) : 0);
      await expectStock(shop, { sku, available: received - sold, held: 0, sold });
    }
});

test('every kind of fault hit work in progress', () => {
  run.faultCounts['refund refused'] = countParked(allOrders());
  console.log(faultKinds.map((kind) => `${String(run.faultCounts[kind]).padStart(6)}  ${kind}`).join('\n'));
  expect(findRareKinds(run.faultCounts)).toEqual([]);
});

test('no message is left in a queue', async () => {
  await waitForEmptyQueues(limits.deadLetterMs);
  expect(await listNonEmptyQueues()).toEqual([]);
});

test('npm run audit finds no broken invariant in the whole table', async () => {
  const { code, output } = await runNpmScript('audit', '--at-rest');
  console.log(output);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('every invariant holds') });
});
