import { describe, expect, it, vi } from 'vitest';
import { openPayment, startSettling, withState } from '#payments/domain/payment';
import { probe } from '#payments/payments.lambda';
import { paymentTable } from '#payments/table/payment-table';
import type { OrderId } from '#platform/kernel';
import type { Fetch } from '#platform/runtime/runtime';
import { createCharge } from '#sandbox/domain/charge';
import { chargeTable } from '#sandbox/table/charge-table';
import { createVirtualClock } from '../../embedded/aws/virtual-clock.ts';
import { invocation } from '../fixtures/invocation.ts';
import { aState, tenantId, total } from './fixtures/payment.ts';
import { sandboxRuntime } from './fixtures/sandbox-runtime.ts';

const FUNCTION_MS = 55_000;
const STEP_MS = 250;
const keyOf = (id: OrderId) => `${tenantId}.${id}`;

/** Payments whose money must go back. The provider never answers in time for those that are slow. */
const createRuns = async (count: number, isSlow: (index: number) => boolean) => {
  const ids = Array.from({ length: count }, (_, index) => `o${String(index + 1).padStart(2, '0')}` as OrderId);
  const { rt: base } = sandboxRuntime();
  const clock = createVirtualClock();
  const slow = new Set(ids.filter((_, index) => isSlow(index)).map(keyOf));
  const tries = new Map([...slow].map((key) => [key, 0]));
  const metric = vi.fn<typeof base.metric>();
  const wait = (ms: number) => new Promise<void>((resolve) => clock.setTimer(ms, resolve));
  const fetch: Fetch = async (url, init) => {
    const key = decodeURIComponent(url.split('/')[5] ?? '');
    const tried = tries.get(key);
    if (tried !== undefined) {
      tries.set(key, tried + 1);
      await wait(init.timeoutMs);
      throw new DOMException('The call timed out.', 'TimeoutError');
    }
    await wait(100);
    return base.fetch(url, init);
  };
  const rt: typeof base = Object.create(base, {
    now: { value: () => new Date(clock.now()) },
    fetch: { value: fetch },
    metric: { value: metric },
  });
  const payments = paymentTable(rt);
  for (const orderId of ids) {
    const intent = await payments.putIfAbsent(openPayment({ tenantId, orderId, total }, { run: 1, maySend: false }));
    const settled = startSettling(intent);
    await payments.update(intent, settled);
    const at = rt.now().toISOString();
    await payments.update(settled, withState(settled, { n: 1 }, { state: aState('captured'), at }));
    await chargeTable(rt).putIfAbsent(createCharge({ key: keyOf(orderId), ...total }, 'captured'));
  }
  const run = probe.create(rt);
  return {
    metric,
    tries: () => [...tries.values()],
    /** How many milliseconds the run took. The next one starts a minute after it. */
    async runOnce() {
      const startMs = clock.now();
      const running = run(undefined, invocation(FUNCTION_MS, clock)).then(() => clock.now() - startMs);
      let tookMs: number | undefined;
      const ended = running.then((ms) => {
        tookMs = ms;
      });
      while (tookMs === undefined) await clock.advance(STEP_MS);
      await ended;
      await clock.advance(60_000 - (clock.now() - startMs));
      return tookMs;
    },
    async countReturned() {
      const charges = await Promise.all(ids.map((id) => chargeTable(rt).find(keyOf(id))));
      return charges.filter((charge) => charge?.refunded === total.amount).length;
    },
  };
};

describe.each<[number, string, (index: number) => boolean]>([
  [20, 'the first seven', (index) => index < 7],
  [20, 'the last seven', (index) => index >= 13],
  [20, 'every third', (index) => index % 3 === 0],
  // more than one run can try
  [73, 'the first sixty', (index) => index < 60],
])('of %d payments with money to return, of which %s are slow', (count, _, isSlow) => {
  it('all others are returned within three minutes, and every run ends before its function does', async () => {
    const { runOnce, countReturned } = await createRuns(count, isSlow);
    for (const _ of [1, 2, 3]) expect(await runOnce()).toBeLessThan(FUNCTION_MS - 2_000);
    expect(await countReturned()).toBe(13);
  });

  it('the slow ones are tried in turn, and raise an alarm once they are owed for a quarter of an hour', async () => {
    const { runOnce, tries, metric } = await createRuns(count, isSlow);
    for (let minute = 0; minute < 15; minute += 1) await runOnce();
    expect(Math.max(...tries()) - Math.min(...tries())).toBeLessThanOrEqual(1);
    expect(metric).not.toHaveBeenCalled();
    await runOnce();
    expect(metric.mock.calls).toEqual([['ReturnsOverdue', expect.any(Number)]]);
  });
});
