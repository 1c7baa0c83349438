import { expect, test } from 'vitest';
import { createDeliveries, type Delivery, worstWaitsOf } from './overtaking.ts';

type Moments = readonly [queuedAt: number, receivedAt: number];
const delivery = (tenant: string, [queuedAt, receivedAt]: Moments, queue = 'orders'): Delivery => ({
  ...{ queue, tenant, queuedAt, receivedAt },
});

test('a message is overtaken by those of another tenant that came after it and were received before it', () => {
  const waiting = delivery('b', [10, 30]);
  const overtaking = [delivery('a', [11, 20]), delivery('a', [12, 29])];
  const [ahead, gone, behind] = [delivery('a', [5, 25]), delivery('a', [5, 9]), delivery('a', [13, 31])];
  expect(worstWaitsOf([waiting, ...overtaking])).toEqual({ overtaking: 2, waitedFor: 2 });
  expect(worstWaitsOf([waiting, ahead, gone, behind])).toEqual({ overtaking: 0, waitedFor: 1 });
  expect(worstWaitsOf([ahead, ...overtaking, waiting, gone])).toEqual({ overtaking: 2, waitedFor: 3 });
});

test('neither its own tenant nor another queue overtakes a message, and two tenants are not added', () => {
  const waiting = delivery('b', [10, 30]);
  expect(worstWaitsOf([waiting, delivery('b', [11, 20]), delivery('a', [11, 20], 'payments')])).toEqual({
    ...{ overtaking: 0, waitedFor: 0 },
  });
  expect(worstWaitsOf([waiting, delivery('a', [11, 20]), delivery('ab', [11, 20])])).toEqual({
    ...{ overtaking: 1, waitedFor: 1 },
  });
  expect(worstWaitsOf([])).toEqual({ overtaking: 0, waitedFor: 0 });
});

test('a flood in a queue that is first in, first out keeps another tenant waiting and overtakes nobody', () => {
  const flood = Array.from({ length: 100 }, (_, n) => delivery('a', [n, 1_000 + n]));
  expect(worstWaitsOf([...flood, delivery('b', [100, 1_100])])).toEqual({ overtaking: 0, waitedFor: 100 });
});

test('the first arrival and the first receipt of a message count, and what has no tenant does not', () => {
  const deliveries = createDeliveries();
  const bodyOf = (tenantId: string, id: number) => JSON.stringify({ detail: { tenantId, id } });
  const receive = (...bodies: string[]) =>
    deliveries.onReceived('orders-start-saga', { Records: bodies.map((body) => ({ body })) });
  const [slow, fast, third] = [bodyOf('b', 1), bodyOf('a', 2), bodyOf('a', 3)];
  for (const body of [slow, fast, '{}']) deliveries.onQueued('orders-start-saga', body);
  receive(fast);
  receive(slow, '{}', 'unknown');
  deliveries.onQueued('orders-start-saga', third);
  deliveries.onQueued('orders-start-saga', slow);
  receive(third);
  receive(slow);
  deliveries.onReceived('orders-sweep', undefined);
  expect(deliveries.worstWaits()).toEqual({ overtaking: 1, waitedFor: 1 });
});
