import { describe, expect, it } from 'vitest';
import {
  type Attempt,
  attemptTombstone,
  closedAttempt,
  markSettled,
  startSettling,
  withOutcome,
  withReturnedCapture,
} from '#payments/domain/attempt';
import { attemptTable } from '#payments/table/attempt-table';
import { attemptKey } from '#payments/table/keys';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { anAttempt, orderId, step, tenantId, total } from './fixtures/attempt.ts';

const intent = anAttempt();
const stored = async (first = intent) => {
  const made = watchedTable();
  const attempts = attemptTable(made.rt);
  expect(await attempts.putIfAbsent(first)).toBe(first);
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
  const declined = withOutcome(intent, 'declined');
  await attempts.update(intent, declined);
  expect(await attempts.putIfAbsent(intent)).toEqual(declined);
  expect(await attempts.putIfAbsent(attemptTombstone({ ...step, total }))).toEqual(declined);
  expect(await attempts.putIfAbsent(closedAttempt({ ...step, total }))).toEqual(declined);
});

describe('a move', () => {
  const captured = withOutcome(intent, 'captured');
  const settling = startSettling(captured);
  const refunded = markSettled(settling, 'refunded');
  const voided = markSettled(startSettling(intent), 'voided');
  const declined = withOutcome(intent, 'declined');

  it.each<[string, readonly Attempt[], unknown]>([
    ['captured', [captured], out(2, 'PaymentReceived.v1')],
    ['declined', [withOutcome(intent, 'declined')], out(2, 'PaymentDeclined.v1')],
    ['settling', [captured, settling], undefined],
    ['refunded', [captured, settling, refunded], out(4, 'PaymentRefunded.v1')],
    ['voided', [startSettling(intent), voided], undefined],
    [
      'refunded without having been known as captured',
      [startSettling(intent), markSettled(startSettling(intent), 'refunded')],
      out(3, 'PaymentReceived.v1', 'PaymentRefunded.v1'),
    ],
    [
      'a capture in vain',
      [declined, startSettling(declined), withReturnedCapture(startSettling(declined))],
      out(4, 'PaymentReceived.v1', 'PaymentRefunded.v1'),
    ],
    [
      'declined once more',
      [declined, withReturnedCapture(declined), startSettling(withReturnedCapture(declined))],
      undefined,
    ],
    [
      'declined and settled',
      [withOutcome(intent, 'declined'), startSettling(withOutcome(intent, 'declined'))],
      undefined,
    ],
  ])('to %s tells what the world should hear of it', async (_, states, expected) => {
    const { attempts, item, calls } = await stored();
    let from = intent;
    for (const to of states) {
      expect(await attempts.update(from, to)).toBe(true);
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
    expect(await attempts.update(from, captured)).toBe(false);
    expect(await attempts.find(tenantId, orderId)).toEqual(intent);
  });

  it('by a charge does not take effect once settling has begun', async () => {
    const { attempts } = await stored();
    expect(await attempts.update(intent, startSettling(intent))).toBe(true);
    expect(await attempts.update(intent, captured)).toBe(false);
  });
});
