import { describe, expect, it } from 'vitest';
import { attemptTable } from '#payments/data/attempt-table';
import { attemptKey } from '#payments/data/keys';
import { type Attempt, charged, closed, returned, settle, tombstone, undone } from '#payments/domain/attempt';
import { watchedTable } from '../shared/fixtures/watched-table.ts';
import { anAttempt, orderId, step, tenantId, total } from './fixtures/attempt.ts';

const intent = anAttempt();
const stored = async (first = intent) => {
  const made = watchedTable();
  const attempts = attemptTable(made.rt);
  expect(await attempts.putOrMeet(first)).toBe(first);
  const item = () => made.itemAt(attemptKey(tenantId, orderId));
  return { ...made, attempts, item };
};
const out = (version: number, ...types: readonly string[]) => ({
  v: version,
  events: types.map((type) => ({
    id: expect.any(String),
    at: expect.any(String),
    ...{ type, tenantId, aggregateId: orderId, version, data: total },
  })),
});

it('puts an intent, of which the world hears nothing', async () => {
  const { attempts, item, calls } = await stored();
  const { version, ...fields } = intent;
  expect(calls.at(-1)?.units.write).toBe(1);
  expect(await item()).toEqual({ pk: 'payments#t1#attempt#o1', sk: 'attempt', ...fields, v: 1 });
  expect(await attempts.find(tenantId, orderId)).toEqual(intent);
});

it('finds nothing where nothing is', async () => {
  expect(await attemptTable(watchedTable().rt).find(tenantId, orderId)).toBeUndefined();
});

it('meets the attempt that stands, whatever it has come to', async () => {
  const { attempts } = await stored();
  const declined = charged(intent, 'declined');
  await attempts.move(intent, declined);
  expect(await attempts.putOrMeet(intent)).toEqual(declined);
  expect(await attempts.putOrMeet(tombstone({ ...step, total }))).toEqual(declined);
  expect(await attempts.putOrMeet(closed({ ...step, total }))).toEqual(declined);
});

describe('a move', () => {
  const captured = charged(intent, 'captured');
  const settling = settle(captured);
  const refunded = undone(settling, 'refunded');
  const voided = undone(settle(intent), 'voided');
  const declined = charged(intent, 'declined');

  it.each<[string, readonly Attempt[], unknown]>([
    ['captured', [captured], out(2, 'PaymentReceived.v1')],
    ['declined', [charged(intent, 'declined')], out(2, 'PaymentDeclined.v1')],
    ['settling', [captured, settling], undefined],
    ['refunded', [captured, settling, refunded], out(4, 'PaymentRefunded.v1')],
    ['voided', [settle(intent), voided], undefined],
    [
      'refunded without having been known as captured',
      [settle(intent), undone(settle(intent), 'refunded')],
      out(3, 'PaymentReceived.v1', 'PaymentRefunded.v1'),
    ],
    [
      'a capture in vain',
      [declined, settle(declined), returned(settle(declined))],
      out(4, 'PaymentReceived.v1', 'PaymentRefunded.v1'),
    ],
    ['declined once more', [declined, returned(declined), settle(returned(declined))], undefined],
    ['declined and settled', [charged(intent, 'declined'), settle(charged(intent, 'declined'))], undefined],
  ])('to %s tells what the world should hear of it', async (_, states, expected) => {
    const { attempts, item, calls } = await stored();
    let from = intent;
    for (const to of states) {
      expect(await attempts.move(from, to)).toBe(true);
      expect(calls.at(-1)?.units.write).toBe(1);
      from = to;
    }
    expect(await attempts.find(tenantId, orderId)).toEqual(from);
    expect((await item())?.['out']).toEqual(expected);
  });

  it.each<[string, Attempt]>([
    ['another version', { ...intent, version: 2 }],
    ['another status', { ...intent, status: 'settling' }],
  ])('is not made from %s', async (_, from) => {
    const { attempts } = await stored();
    expect(await attempts.move(from, captured)).toBe(false);
    expect(await attempts.find(tenantId, orderId)).toEqual(intent);
  });

  it('by a charge does not take effect once settling has begun', async () => {
    const { attempts } = await stored();
    expect(await attempts.move(intent, settle(intent))).toBe(true);
    expect(await attempts.move(intent, captured)).toBe(false);
  });
});
