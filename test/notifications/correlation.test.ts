import { afterEach, expect, it, vi } from 'vitest';
import { contexts } from '#contexts';
import { type EventType, functionsOf } from '#platform/manifest';
import { captureLog } from '../fixtures/log-capture.ts';
import { startBackend } from './fixtures/backend.ts';

afterEach(() => vi.restoreAllMocks());

const serviceOf = (line: Readonly<Record<string, unknown>>) => String(line['service']).replace('breakwater-dev-', '');

const consumersOf = (type: EventType) =>
  functionsOf(...contexts).flatMap(({ id, spec }) => (spec.consumes?.includes(type) ? [id] : []));

it.each([
  ['tok_ok', 'confirmed', ['orders-confirm', ...consumersOf('OrderConfirmed.v1')]],
  [
    'tok_declined',
    'cancelled',
    ['inventory-release', 'orders-close', 'orders-refuse', 'payments-settle', ...consumersOf('OrderCancelled.v1')],
  ],
])(
  'every log line about an order, up to its mail, has the correlation id of its request: %s',
  async (token, status, tasks) => {
    const lines = captureLog();
    const { host, place, order, untilIdle } = await startBackend('DEBUG');
    await untilIdle();
    const before = lines().length;
    const placed = await place('one', { 'x-correlation-id': 'basket-4711' }, token);
    expect(placed.headers).toMatchObject({ 'x-correlation-id': 'basket-4711' });
    await untilIdle();
    const orderLines = lines().slice(before);
    expect(orderLines.filter(({ correlationId }) => correlationId !== 'basket-4711')).toEqual([]);
    const expected = new Set([
      ...['inventory-hold', 'inventory-watch-stock', 'orders-start-saga', 'orders-write', 'payments-charge'],
      ...['relay-publish', 'sandbox-provider', ...consumersOf('OrderPlaced.v1'), ...tasks],
    ]);
    expect([...new Set(orderLines.map(serviceOf))].sort()).toEqual([...expected].sort());
    expect(orderLines.filter(({ message }) => message === 'mail')).toHaveLength(1);
    expect(await order(placed.body.id)).toMatchObject({ status });
    host.close();
  },
);

it('a restart by the sweeper keeps the correlation id of the request', async () => {
  const lines = captureLog();
  const { host, place, order, advance, waitingMessages, eventually, untilIdle } = await startBackend('DEBUG');
  host.pauseConsumer('orders-start-saga');
  const placed = await place('one', { 'x-correlation-id': 'basket-4712' });
  await eventually(async () => (await waitingMessages('orders-start-saga')) === 1);
  // the message of the first run is lost permanently
  const QueueUrl = `${host.origin}/000000000000/breakwater-dev-orders-start-saga`;
  await host.callAws({ target: 'AmazonSQS.PurgeQueue', body: JSON.stringify({ QueueUrl }) });
  host.resumeConsumer('orders-start-saga');
  await advance(8 * 60);
  await untilIdle();
  expect(await order(placed.body.id)).toMatchObject({ status: 'confirmed' });
  const confirming = lines().filter((line) => serviceOf(line) === 'orders-confirm');
  expect(confirming).toMatchObject([{ message: 'task succeeded', correlationId: 'basket-4712' }]);
  host.close();
}, 60_000);
