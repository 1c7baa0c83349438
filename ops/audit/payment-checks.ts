import type { AttemptRecord, Balance, OrderRecords, PaymentRecord, UnaskedReport } from './order-records.ts';
import type { Row, Violation } from './table-rows.ts';

/** The payment of an order. */
export const toPayment = (row: Row): PaymentRecord => ({
  status: String(row['status']),
  attempts: row['attempts'] as readonly AttemptRecord[],
  reports: (row['reports'] as readonly UnaskedReport[] | undefined) ?? [],
});

const keptOf = ({ captured, refunded }: Balance) => captured - refunded;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** What the payment of an order must keep: the total, less what was refunded unasked of the attempt that paid it. */
const expectedKept = ({ order, payment }: OrderRecords): number => {
  if (order?.status !== 'confirmed' || order.paidOffline) return 0;
  const paying = payment?.attempts.findLast(({ captured }) => captured > 0)?.n;
  const unasked = (payment?.reports ?? []).filter(({ n, kind }) => kind === 'refunded' && n === paying);
  return order.totalMinor - sum(unasked.map(({ amount }) => amount));
};

/** The order keeps what it must, by its own records and by the provider's. A capture in quarantine belongs to no order, unless an attempt has recorded it. */
export const checkMoney = (id: string, records: OrderRecords): readonly Violation[] => {
  const { order, payment, charges = [], strays = [] } = records;
  const expected = expectedKept(records);
  const invariant = order?.status === 'cancelled' ? 5 : 3;
  const check = (owner: string, balances: readonly Balance[]): readonly Violation[] => {
    const kept = sum(balances.map(keptOf));
    if (kept === expected) return [];
    const message = `${order?.status ?? 'unknown'} order ${id}: ${owner} keeps ${kept} instead of ${expected}`;
    return [{ invariant, message }];
  };
  const attempts = payment?.attempts ?? [];
  // an order that was placed again after a restore may have taken its capture over
  const isStray = ({ n }: Balance) =>
    strays.includes(n) && !attempts.some((attempt) => attempt.n === n && attempt.captured > 0);
  const keeping = attempts.filter((attempt) => keptOf(attempt) > 0);
  return [
    ...check('its payment attempt', attempts),
    // only some stages have the sandbox as their provider
    ...(charges.length > 0
      ? check(
          'the provider',
          charges.filter((charge) => !isStray(charge)),
        )
      : []),
    ...(keeping.length > 1
      ? [{ invariant: 4, message: `order ${id}: ${keeping.length} of its attempts keep money` }]
      : []),
  ];
};

/** Once nothing is in progress, every attempt has an end: only the one that paid a confirmed order is still captured. Only the last may be closed. */
export const checkAttempts = (id: string, { order, payment }: OrderRecords): readonly Violation[] => {
  if (!payment) return [];
  const mayKeep = order?.status === 'confirmed' && !order.paidOffline;
  const open = payment.attempts.filter(
    ({ status }) => status === 'intended' || status === 'settling' || (status === 'captured' && !mayKeep),
  );
  const followed = payment.attempts.slice(0, -1).filter(({ status }) => status === 'closed');
  const isUnsettled = payment.status === 'settling' || (order?.status === 'cancelled' && payment.status !== 'settled');
  return [
    ...open.map(({ n, status }) => ({
      invariant: 21,
      message: `${order?.status ?? 'unknown'} order ${id}: its attempt ${n} is still ${status}`,
    })),
    ...followed.map(({ n }) => ({
      invariant: 21,
      message: `${order?.status ?? 'unknown'} order ${id}: its attempt ${n} was closed, and followed instead of reopened`,
    })),
    ...(isUnsettled && open.length === 0
      ? [
          {
            invariant: 21,
            message: `${order?.status ?? 'unknown'} order ${id}: its payment is still ${payment.status}`,
          },
        ]
      : []),
  ];
};
