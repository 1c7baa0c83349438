import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from 'vitest';
import type { StreamRecord } from '../../../embedded/aws/dynamodb/dynamodb.ts';
import { createOrderWatch, isSettled, type OrderState } from './order-watch.ts';

const openWatch = () => {
  let nowMs = 0;
  const watch = createOrderWatch(() => nowMs);
  const change = (atMs: number, pk: string, [from, to]: readonly [OrderState | undefined, OrderState]) => {
    nowMs = atMs;
    const images = { NewImage: marshall(to), ...(from && { OldImage: marshall(from) }) };
    watch.onTableChange({ dynamodb: { Keys: marshall({ pk, sk: 'order' }), ...images } } as unknown as StreamRecord);
  };
  const startRecovery = (atMs: number, openOrders: readonly string[]) => {
    nowMs = atMs;
    watch.startRecovery(openOrders);
  };
  return { watch, change, startRecovery };
};
const placed = { status: 'placed', run: 1 };

test.each([
  [{ status: 'confirmed' }, true],
  [{ status: 'needs_attention' }, true],
  [{ status: 'awaiting_payment' }, true],
  [{ status: 'awaiting_payment', waitsUntil: '2026-01-01T00:05:00.000Z' }, false],
  [placed, false],
])('%j settles an order: %s', (state, settled) => expect(isSettled(state)).toBe(settled));

test('measures from the repair on, and only the orders that were open then', () => {
  const { watch, change, startRecovery } = openWatch();
  change(1_000, 'a', [placed, { ...placed, run: 2 }]);
  startRecovery(2_000, ['a', 'b']);
  change(3_000, 'new', [undefined, placed]);
  change(4_000, 'new', [placed, { ...placed, status: 'confirmed' }]);
  expect(watch.recovery()).toMatchObject({ restartTimesMs: [], openCount: 2 });
  change(5_000, 'a', [
    { ...placed, run: 2 },
    { ...placed, run: 3 },
  ]);
  change(6_000, 'a', [
    { ...placed, run: 3 },
    { status: 'confirmed', run: 3 },
  ]);
  change(7_000, 'b', [placed, { status: 'needs_attention', run: 1 }]);
  expect(watch.recovery()).toEqual({
    ...{ repairedAtMs: 2_000, firstProgressAtMs: 5_000, restartTimesMs: [5_000], lastSettledAtMs: 7_000 },
    openCount: 0,
  });
  expect(watch.parkedCount()).toBe(1);
});

test('counts an order that returns to placed as restarted, and one that is unwound as not', () => {
  const { watch, change, startRecovery } = openWatch();
  startRecovery(0, []);
  change(1, 'a', [
    { status: 'awaiting_payment', run: 1 },
    { status: 'placed', run: 2 },
  ]);
  change(2, 'b', [placed, { status: 'cancelling', run: 2 }]);
  expect(watch.recovery().restartTimesMs).toEqual([1]);
});

test('counts no progress of an order that its customer cancels, that expires, or that is parked', () => {
  const { watch, change, startRecovery } = openWatch();
  startRecovery(0, ['a', 'b', 'c', 'd']);
  change(1, 'a', [placed, { status: 'cancelling', run: 2, reason: 'cancelled_by_customer' }]);
  change(2, 'a', [
    { status: 'cancelling', run: 2 },
    { status: 'cancelled', run: 2, reason: 'cancelled_by_customer' },
  ]);
  change(3, 'b', [placed, { status: 'cancelling', run: 2, reason: 'expired' }]);
  change(4, 'c', [placed, { status: 'needs_attention', run: 1 }]);
  expect(watch.recovery().firstProgressAtMs).toBeUndefined();
  change(5, 'd', [placed, { status: 'cancelling', run: 2, reason: 'out_of_stock' }]);
  expect(watch.recovery().firstProgressAtMs).toBe(5);
});
