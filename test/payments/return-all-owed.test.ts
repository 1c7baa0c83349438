import { expect, it } from 'vitest';
import type { Payment } from '#payments/domain/payment';
import { type ReturnFailure, returnAllOwed } from '#payments/use-cases/return-all-owed';
import { addMs, type OrderId } from '#platform/kernel';
import { inMemoryPayments } from './fixtures/in-memory-payments.ts';
import { aPayment, aState, key, NOW, reportContradiction, tenantId, total } from './fixtures/payment.ts';
import { scriptedProvider } from './fixtures/scripted-provider.ts';

const owedSince = (since: string) =>
  aPayment({ owed: { since, dueAt: since } }, { status: 'settled', captured: 55_00 });
const owed = owedSince(NOW);
const first = '0' as OrderId;
const nothing = { returned: 0, refused: 0, overdue: 0, failed: 0 };

/** Payments that the index lists, by number; the last page is not full. */
const createReturns = (payment: Payment | undefined, listed = 1, refund: 'refunded' | 'refused' = 'refunded') => {
  const provider = scriptedProvider({ status: [aState('captured')], refund });
  const pages: (string | undefined)[] = [];
  const failures: ReturnFailure[] = [];
  const clock = { at: NOW };
  const stores = Array.from({ length: listed }, (_, index) =>
    inMemoryPayments(payment && { ...payment, orderId: `${index}` as OrderId }),
  );
  const storeOf = (id: string) => stores[Number(id)] as (typeof stores)[number];
  const returnAll = returnAllOwed({
    provider,
    payments: {
      find: (_, id) => storeOf(id).payments.find(tenantId, id),
      putIfAbsent: (first) => storeOf(first.orderId).payments.putIfAbsent(first),
      update: (from, to) => storeOf(from.orderId).payments.update(from, to),
    },
    now: () => clock.at,
    reportContradiction,
    due: {
      async returns(at, { after, limit }) {
        expect(at).toBe(NOW);
        pages.push(after);
        const first = after === undefined ? 0 : Number(after) + 1;
        return Array.from({ length: Math.min(limit, listed - first) }, (_, index) => ({
          cursor: `${first + index}`,
          tenantId,
          orderId: `${first + index}` as OrderId,
        }));
      },
    },
    onFailure: (failure) => void failures.push(failure),
  });
  return { provider, pages, failures, clock, returnAll, ...storeOf('0') };
};
const always = () => true;

it('returns what every listed payment owes, page by page', async () => {
  const { returnAll, provider, pages } = createReturns(owed, 30);
  expect(await returnAll(always)).toEqual({ ...nothing, returned: 30 });
  expect(pages).toEqual([undefined, '24']);
  expect(provider.refund).toHaveBeenCalledTimes(30);
  expect(provider.refund.mock.calls[0]).toEqual([key, `${key}.refund`, total]);
});

it('counts and names what the provider refuses', async () => {
  const { returnAll, failures } = createReturns(owed, 2, 'refused');
  expect(await returnAll(always)).toEqual({ ...nothing, refused: 2 });
  expect(failures[0]).toEqual({ tenantId, orderId: first, because: 'refused', since: NOW });
});

it.each([
  ['is gone', undefined],
  ['owes nothing any more', aPayment()],
])('leaves out a payment that %s', async (_, payment) => {
  const { returnAll, provider } = createReturns(payment);
  expect(await returnAll(always)).toEqual(nothing);
  expect(provider.status).not.toHaveBeenCalled();
});

it('leaves what its time does not allow to the next run', async () => {
  const { returnAll, written } = createReturns(owed, 30);
  expect(await returnAll(() => false)).toEqual(nothing);
  expect(written).toHaveLength(1);
});

it.each([
  [addMs(NOW, -15 * 60_000 + 1), 0],
  [addMs(NOW, -15 * 60_000), 1],
])(
  'puts what stays unknown behind the others, and counts it once it is owed for long: since %s',
  async (since, overdue) => {
    const { returnAll, provider, failures, written } = createReturns(owedSince(since));
    provider.status.mockResolvedValue('unknown');
    expect(await returnAll(always)).toEqual({ ...nothing, overdue });
    expect(failures).toEqual([{ tenantId, orderId: first, because: 'unknown', since }]);
    expect(written.at(-1)).toMatchObject({ version: 2, owed: { since, dueAt: addMs(NOW, 50_000) } });
  },
);

it('ends its calls for one payment after 15 seconds, and takes up the rest the next time', async () => {
  const { returnAll, provider, clock, failures } = createReturns(owed, 1, 'refused');
  for (const call of [provider.status, provider.refund]) {
    const answer = call.getMockImplementation() as () => Promise<never>;
    call.mockImplementation(async () => {
      clock.at = addMs(clock.at, 4_900);
      return answer();
    });
  }
  expect(await returnAll(always)).toEqual(nothing);
  expect(failures).toMatchObject([{ because: 'unknown' }]);
  expect([provider.status.mock.calls.length, provider.refund.mock.calls.length]).toEqual([2, 1]);
});

it('leaves a payment as it is whose debt another write has ended in between', async () => {
  const { returnAll, provider, payments, written } = createReturns(owed);
  const [before = owed] = written;
  const paidBack = aPayment({ orderId: first, version: 2 }, { status: 'settled', captured: 55_00, refunded: 55_00 });
  provider.status.mockImplementation(async () => {
    await payments.update(before, paidBack);
    return 'unknown';
  });
  expect(await returnAll(always)).toEqual(nothing);
  expect(written).toEqual([before, paidBack]);
});

it('goes on with the others where one cannot be read', async () => {
  const { returnAll, provider, failures } = createReturns(owed, 2);
  const error = new Error('broken');
  provider.status.mockRejectedValueOnce(error);
  expect(await returnAll(always)).toMatchObject({ returned: 1, failed: 1 });
  expect(failures).toEqual([{ tenantId, orderId: first, because: 'failed', error }]);
});
