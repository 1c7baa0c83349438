import { expect, it } from 'vitest';
import type { Payment } from '#payments/domain/payment';
import { returnAllOwed } from '#payments/use-cases/return-money';
import type { OrderId } from '#platform/kernel';
import { inMemoryPayments } from './fixtures/in-memory-payments.ts';
import { aPayment, aState, key, NOW, reportContradiction, tenantId, total } from './fixtures/payment.ts';
import { scriptedProvider } from './fixtures/scripted-provider.ts';

const owed = aPayment({}, { status: 'settled', captured: 55_00 });

/** Payments that the index lists, by number; the last page is not full. */
const createReturns = (payment: Payment | undefined, listed = 1, refund: 'refunded' | 'refused' = 'refunded') => {
  const provider = scriptedProvider({ status: [aState('captured')], refund });
  const pages: string[] = [];
  const found = Array.from({ length: listed }, () => inMemoryPayments(payment));
  const returnAll = returnAllOwed({
    provider,
    payments: {
      find: (_, id) => found[Number(id)]?.payments.find(tenantId, id) ?? Promise.resolve(undefined),
      putIfAbsent: async (first) => first,
      update: async () => true,
    },
    now: () => NOW,
    reportContradiction,
    due: {
      async returns(after, limit) {
        pages.push(after);
        const first = after === '' ? 0 : Number(after) + 1;
        return Array.from({ length: Math.min(limit, listed - first) }, (_, index) => ({
          cursor: `${first + index}`,
          tenantId,
          orderId: `${first + index}` as OrderId,
        }));
      },
    },
  });
  return { provider, pages, returnAll };
};

it('returns what every listed payment owes, page by page', async () => {
  const { returnAll, provider, pages } = createReturns(owed, 30);
  expect(await returnAll(() => true)).toEqual({ returned: 30, refused: 0 });
  expect(pages).toEqual(['', '24']);
  expect(provider.refund.mock.calls[0]).toEqual([key, `${key}.refund`, total]);
});

it('counts what the provider refuses, and tries the rest', async () => {
  const { returnAll } = createReturns(owed, 2, 'refused');
  expect(await returnAll(() => true)).toEqual({ returned: 0, refused: 2 });
});

it.each([
  ['is gone', undefined],
  ['owes nothing any more', aPayment()],
])('leaves out a payment that %s', async (_, payment) => {
  const { returnAll, provider } = createReturns(payment);
  expect(await returnAll(() => true)).toEqual({ returned: 0, refused: 0 });
  expect(provider.status).not.toHaveBeenCalled();
});

it('leaves what is unknown and what its time does not allow to the next run', async () => {
  const { returnAll, provider } = createReturns(owed);
  expect(await returnAll(() => false)).toEqual({ returned: 0, refused: 0 });
  provider.status.mockResolvedValue('unknown');
  expect(await returnAll(() => true)).toEqual({ returned: 0, refused: 0 });
});
