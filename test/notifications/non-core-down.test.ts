import { afterEach, expect, it, vi } from 'vitest';
import { linesOf } from '../platform/fixtures/log.ts';
import { openShop } from './fixtures/host.ts';

afterEach(() => vi.restoreAllMocks());

const MINUTES = 60;
const EVERY = 5;
const consumers = ['notifications-deliver', 'ledger-note'] as const;

it('orders are confirmed while what is not core is down for an hour, and then it catches up, each mail once', async () => {
  const lines = linesOf();
  const { host, noted, waiting, place, order, pass, eventually, settled } = await openShop('INFO');
  for (const consumer of consumers) host.pauseConsumer(consumer);

  const ids: string[] = [];
  for (let minute = 0; minute < MINUTES; minute += EVERY) {
    const { status, body } = await place(`order ${minute}`);
    expect(status).toBe(202);
    await eventually(async () => (await order(body.id)).status === 'confirmed');
    ids.push(body.id);
    await pass(EVERY * 60);
  }
  const subjects = ids.map((id) => `Your order ${id} is confirmed`).sort();
  const mails = () => lines().filter(({ message }) => message === 'mail');
  expect(await Promise.all(consumers.map(waiting))).toEqual([ids.length, 2 * ids.length]);
  expect(mails()).toEqual([]);
  expect(noted).toEqual([]);

  for (const consumer of consumers) host.resumeConsumer(consumer);
  await eventually(async () => mails().length >= ids.length && noted.length >= 2 * ids.length);
  await settled();
  expect(await Promise.all(consumers.map(waiting))).toEqual([0, 0]);
  expect(
    mails()
      .map(({ subject }) => subject)
      .sort(),
  ).toEqual(subjects);
  const events = ids.flatMap((id) => [`OrderPlaced.v1 ${id}`, `OrderConfirmed.v1 ${id}`]);
  expect([...noted].sort()).toEqual(events.sort());
  host.close();
}, 60_000);

it('a consumer that is not there can be neither stopped nor started', async () => {
  const { host } = await openShop('INFO');
  expect(() => host.pauseConsumer('orders-write')).toThrow('no consumer orders-write');
  expect(() => host.resumeConsumer('nobody')).toThrow('no consumer nobody');
  host.close();
});
