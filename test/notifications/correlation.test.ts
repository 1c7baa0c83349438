import { afterEach, expect, it, vi } from 'vitest';
import { linesOf } from '../platform/fixtures/log.ts';
import { openShop } from './fixtures/host.ts';

afterEach(() => vi.restoreAllMocks());

const serviceOf = (line: Readonly<Record<string, unknown>>) => String(line['service']).replace('breakwater-dev-', '');

it.each([
  ['tok_ok', 'confirmed', ['inventory-commit-holds', 'orders-confirm']],
  ['tok_declined', 'cancelled', ['inventory-release', 'orders-close', 'orders-refuse', 'payments-settle']],
])('every line about an order carries the id of its request, to the last mail: %s', async (token, status, tasks) => {
  const lines = linesOf();
  const { host, place, order, settled } = await openShop('DEBUG');
  await settled();
  const before = lines().length;
  const placed = await place('one', { 'x-correlation-id': 'basket-4711' }, token);
  expect(placed.headers).toMatchObject({ 'x-correlation-id': 'basket-4711' });
  await settled();
  const about = lines().slice(before);
  expect(about.filter(({ correlationId }) => correlationId !== 'basket-4711')).toEqual([]);
  expect([...new Set(about.map(serviceOf))].sort()).toEqual(
    [
      ...['inventory-hold', 'inventory-watch-stock', 'notifications-deliver', 'orders-start-saga', 'orders-write'],
      ...['payments-charge', 'relay-publish', 'sandbox-provider', ...tasks],
    ].sort(),
  );
  expect(about.filter(({ message }) => message === 'mail')).toHaveLength(1);
  expect(await order(placed.body.id)).toMatchObject({ status });
  host.close();
});

it('a restart by the sweeper, which no request causes, goes on under the id of the request', async () => {
  const lines = linesOf();
  const { host, place, order, pass, waiting, eventually, settled } = await openShop('DEBUG');
  host.pauseConsumer('orders-start-saga');
  const placed = await place('one', { 'x-correlation-id': 'basket-4712' });
  await eventually(async () => (await waiting('orders-start-saga')) === 1);
  // the message of the first run is lost for good
  const QueueUrl = `${host.origin}/000000000000/breakwater-dev-orders-start-saga`;
  await host.callAws({ target: 'AmazonSQS.PurgeQueue', body: JSON.stringify({ QueueUrl }) });
  host.resumeConsumer('orders-start-saga');
  await pass(8 * 60);
  await settled();
  expect(await order(placed.body.id)).toMatchObject({ status: 'confirmed' });
  const confirming = lines().filter((line) => serviceOf(line) === 'orders-confirm');
  expect(confirming).toMatchObject([{ message: 'task done', correlationId: 'basket-4712' }]);
  host.close();
}, 60_000);
