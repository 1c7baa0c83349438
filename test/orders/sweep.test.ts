import { describe, expect, it } from 'vitest';
import { type Order, restart } from '#orders/domain/order';
import { examine, hasProgressed, mayHaveLostEvents, restartAsCanary } from '#orders/domain/sweep';
import { addMs } from '#platform/kernel';
import {
  anOfflineOrder,
  anOrder,
  anOrderNotDue,
  aParkedOrder,
  at,
  aWaitingOrder,
  limits,
  momentAt,
} from '../fixtures/order.ts';

const HOUR = 60 * 60_000;
const { standstillMs, maxStandstillMs, parkAfterMs } = limits;
const placed = anOrder();
const cancelling = anOrder({
  status: 'cancelling',
  run: 2,
  reason: 'out_of_stock',
  history: [
    { at, status: 'placed' },
    { at, status: 'cancelling', reason: 'out_of_stock' },
  ],
});
const examineAfter = (order: Order, ms: number) =>
  examine(order, momentAt(addMs(at, ms)), { pauses: [], providerIsAvailable: true });

describe('the examination of an order', () => {
  it('finds nothing on an order that is not due', () => {
    expect(examineAfter(placed, standstillMs - 1)).toEqual({ finding: 'nothing' });
    for (const status of ['confirmed', 'cancelled'] as const)
      expect(examineAfter(anOrderNotDue({ status }), 1_000 * HOUR)).toEqual({ finding: 'nothing' });
    for (const from of ['placed', 'cancelling'] as const)
      expect(examineAfter(aParkedOrder(from), 1_000 * HOUR)).toEqual({ finding: 'nothing' });
  });

  it('finds that a placed order makes no progress, however long ago it was placed, until 24 hours park it', () => {
    for (const ms of [standstillMs, HOUR, parkAfterMs - 1])
      expect(examineAfter(placed, ms)).toEqual({ finding: 'stalled' });
    expect(examineAfter(placed, parkAfterMs)).toMatchObject({
      finding: 'parked',
      order: { status: 'needs_attention', cause: 'not fulfilled in time' },
    });
  });

  it('parks an order that was not unwound within 24 hours', () => {
    expect(examineAfter(cancelling, parkAfterMs - 1)).toEqual({ finding: 'stalled' });
    expect(examineAfter(cancelling, parkAfterMs)).toMatchObject({
      finding: 'parked',
      order: { status: 'needs_attention', cause: 'not unwound in time', reason: 'out_of_stock' },
    });
  });

  it('counts the 24 hours from the moment at which the order got its status', () => {
    const resumed = anOrder({
      history: [...aParkedOrder('placed').history, { at: addMs(at, HOUR), status: 'placed' }],
    });
    expect(examineAfter(resumed, parkAfterMs)).toEqual({ finding: 'stalled' });
  });

  it('finds nothing on an order that awaits its payment without a deadline or a wait', () =>
    expect(examineAfter({ ...anOfflineOrder(), deadline: undefined, due: at }, HOUR)).toEqual({ finding: 'nothing' }));
});

describe('a restart', () => {
  it('is followed by a longer wait each time, up to a limit', () => {
    const restarted = restart(placed, momentAt(addMs(at, standstillMs)));
    expect(restarted).toEqual({ ...placed, run: 2, restarts: 1, version: 2, due: addMs(at, 3 * standstillMs) });
    expect(restart({ ...cancelling, restarts: 9 }, momentAt(at))).toMatchObject({
      run: 3,
      restarts: 10,
      due: addMs(at, maxStandstillMs),
    });
  });

  it('of a canary lets the next sweep take it again, and does not lengthen the wait of its next restart', () => {
    const canary = restartAsCanary(placed, momentAt(at));
    expect(canary).toEqual({ ...placed, run: 2, version: 2, due: addMs(at, 55_000) });
    expect(restart(canary, momentAt(at)).due).toBe(addMs(at, 2 * standstillMs));
  });
});

describe('a canary has made progress', () => {
  const current = (change: Partial<Order>): Order => ({ ...placed, ...change });
  it.each<[string, Order, Order]>([
    ['it is confirmed', placed, current({ status: 'confirmed' })],
    ['it awaits its payment', placed, current({ status: 'awaiting_payment' })],
    ['its saga refused it', placed, current({ status: 'cancelling', reason: 'out_of_stock' })],
    ['it was unwound', placed, current({ status: 'cancelled', reason: 'cancelled_by_customer' })],
    ['it was closed', cancelling, { ...cancelling, status: 'cancelled' }],
  ])('if %s', (_, canary, now) => expect(hasProgressed(canary, now)).toBe(true));

  it.each<[string, Order, Order]>([
    ['it is as it was', placed, placed],
    ['its customer cancelled it', placed, current({ status: 'cancelling', reason: 'cancelled_by_customer' })],
    ['it was parked', placed, current({ status: 'needs_attention' })],
    ['it could not be unwound', cancelling, { ...cancelling, status: 'needs_attention' }],
  ])('not if %s', (_, canary, now) => expect(hasProgressed(canary, now)).toBe(false));
});

it('may have lost its events after 23 hours without progress', () => {
  expect(mayHaveLostEvents(placed, addMs(at, 23 * HOUR - 1))).toBe(false);
  expect(mayHaveLostEvents(placed, addMs(at, 23 * HOUR))).toBe(true);
  expect(mayHaveLostEvents(aWaitingOrder(), addMs(at, HOUR))).toBe(false);
});
