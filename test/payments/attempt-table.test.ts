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
import { createTestTable } from '../fixtures/table.ts';
import { anAttempt, orderId, step, tenantId, total } from './fixtures/attempt.ts';

const intent = anAttempt();
const storedAttempt = async (first = intent) => {
  const table = createTestTable();
  const attempts = attemptTable(table.rt);
  expect(await attempts.putIfAbsent(first)).toBe(first);
  const item = () => table.itemAt(attemptKey(tenantId, orderId));
  return { ...table, attempts, item };
};
const outbox = (version: number, ...types: readonly string[]) => ({
  v: version,
  events: types.map((type) => ({
    id: expect.any(String),
    at: expect.any(String),
    ...{ type, tenantId, aggregateId: orderId, version, data: total },
  })),
});

it('stores an intent without an event', async () => {
  const { attempts, item, calls } = await storedAttempt();
  const { version, ...fields } = intent;
  expect(calls.at(-1)?.units.write).toBe(1);
  expect(await item()).toEqual({ pk: 'payments#t1#attempt#o1', sk: 'attempt', ...fields, v: 1 });
  expect(await attempts.find(tenantId, orderId)).toEqual(intent);
});

it('finds no attempt that does not exist', async () => {
  expect(await attemptTable(createTestTable().rt).find(tenantId, orderId)).toBeUndefined();
});

it('returns the existing attempt in its current state instead of storing another', async () => {
  const { attempts } = await storedAttempt();
  const declined = withOutcome(intent, 'declined');
  await attempts.update(intent, declined);
  expect(await attempts.putIfAbsent(intent)).toEqual(declined);
  expect(await attempts.putIfAbsent(attemptTombstone({ ...step, total }))).toEqual(declined);
  expect(await attempts.putIfAbsent(closedAttempt({ ...step, total }))).toEqual(declined);
});

describe('a transition', () => {
  const captured = withOutcome(intent, 'captured');
  const settling = startSettling(captured);
  const refunded = markSettled(settling, 'refunded');
  const voided = markSettled(startSettling(intent), 'voided');
  const declined = withOutcome(intent, 'declined');

  it.each<[string, readonly Attempt[], unknown]>([
    ['captured', [captured], outbox(2, 'PaymentReceived.v1')],
    ['declined', [withOutcome(intent, 'declined')], outbox(2, 'PaymentDeclined.v1')],
    ['settling', [captured, settling], undefined],
    ['refunded', [captured, settling, refunded], outbox(4, 'PaymentRefunded.v1')],
    ['voided', [startSettling(intent), voided], undefined],
    [
      'refunded after a capture that was never recorded',
      [startSettling(intent), markSettled(startSettling(intent), 'refunded')],
      outbox(3, 'PaymentReceived.v1', 'PaymentRefunded.v1'),
    ],
    [
      'an unwanted capture that was refunded',
      [declined, startSettling(declined), withReturnedCapture(startSettling(declined))],
      outbox(4, 'PaymentReceived.v1', 'PaymentRefunded.v1'),
    ],
    [
      'settled after an unwanted capture was refunded',
      [declined, withReturnedCapture(declined), startSettling(withReturnedCapture(declined))],
      undefined,
    ],
    [
      'declined and settled',
      [withOutcome(intent, 'declined'), startSettling(withOutcome(intent, 'declined'))],
      undefined,
    ],
  ])('to %s publishes exactly its events', async (_, states, expected) => {
    const { attempts, item, calls } = await storedAttempt();
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
  ])('is refused from %s', async (_, from) => {
    const { attempts } = await storedAttempt();
    expect(await attempts.update(from, captured)).toBe(false);
    expect(await attempts.find(tenantId, orderId)).toEqual(intent);
  });

  it('by a charge is refused once settling has started', async () => {
    const { attempts } = await storedAttempt();
    expect(await attempts.update(intent, startSettling(intent))).toBe(true);
    expect(await attempts.update(intent, captured)).toBe(false);
  });
});
