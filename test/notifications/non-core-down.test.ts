import { afterEach, expect, it, vi } from 'vitest';
import { captureLog } from '../fixtures/log-capture.ts';
import { startBackend } from './fixtures/backend.ts';

afterEach(() => vi.restoreAllMocks());

const OUTAGE_MINUTES = 60;
const MINUTES_BETWEEN_ORDERS = 5;
const consumers = ['notifications-deliver', 'ledger-record'] as const;

it('orders are confirmed while non-core contexts are down for an hour, which then catch up and send each mail once', async () => {
  const lines = captureLog();
  const { host, recordedEvents, waitingMessages, place, order, advance, eventually, untilIdle } =
    await startBackend('INFO');
  for (const consumer of consumers) host.pauseConsumer(consumer);

  const ids: string[] = [];
  for (let minute = 0; minute < OUTAGE_MINUTES; minute += MINUTES_BETWEEN_ORDERS) {
    const { status, body } = await place(`order ${minute}`);
    expect(status).toBe(202);
    await eventually(async () => (await order(body.id)).status === 'confirmed');
    ids.push(body.id);
    await advance(MINUTES_BETWEEN_ORDERS * 60);
  }
  const subjects = ids.map((id) => `Your order ${id} is confirmed`).sort();
  const mails = () => lines().filter(({ message }) => message === 'mail');
  expect(await Promise.all(consumers.map(waitingMessages))).toEqual([ids.length, 2 * ids.length]);
  expect(mails()).toEqual([]);
  expect(recordedEvents).toEqual([]);

  for (const consumer of consumers) host.resumeConsumer(consumer);
  await eventually(async () => mails().length >= ids.length && recordedEvents.length >= 2 * ids.length);
  await untilIdle();
  expect(await Promise.all(consumers.map(waitingMessages))).toEqual([0, 0]);
  expect(
    mails()
      .map(({ subject }) => subject)
      .sort(),
  ).toEqual(subjects);
  const events = ids.flatMap((id) => [`OrderPlaced.v1 ${id}`, `OrderConfirmed.v1 ${id}`]);
  expect([...recordedEvents].sort()).toEqual(events.sort());
  host.close();
}, 60_000);

it('only an existing consumer can be paused and resumed', async () => {
  const { host } = await startBackend('INFO');
  expect(() => host.pauseConsumer('orders-write')).toThrow('no consumer orders-write');
  expect(() => host.resumeConsumer('nobody')).toThrow('no consumer nobody');
  host.close();
});
