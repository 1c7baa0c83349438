import { budgets } from '../budgets.ts';
import { lineChart } from '../chart.ts';
import type { Section } from '../section.ts';
import { table } from '../table.ts';
import { type Growth, growthOf } from './growth.ts';
import { type Soak, soak } from './soak.ts';

type Measured = Soak & { readonly growth: Growth };

const ORDERS = 30_000;
/** Connections come and go. */
const MORE_RESOURCES = 16;

const mb = (bytes: number) => bytes / 2 ** 20;

/** Full at the end of each round, then emptied. */
const saw = ({ warmedUp, rounds }: Soak) => [
  [0, mb(warmedUp.used)] as const,
  ...rounds.flatMap(({ orders, full, emptied }) => [
    [orders, mb(full.used)] as const,
    [orders, mb(emptied.used)] as const,
  ]),
];

/** Many orders against one process: does anything grow, or slow down? */
export const soakSection: Section<Measured> = {
  name: 'soak',
  title: 'Soak: 30,000 orders, memory sampled',
  measure: async (quick) => {
    const measured = await soak(quick ? ORDERS / 10 : ORDERS);
    return { ...measured, growth: growthOf(measured) };
  },
  text: ({
    rounds,
    growth,
  }) => `The embedded host holds every order by design, so each round's orders are deleted from the table once they have been measured:
what the heap keeps then is kept by something else. Garbage is collected before each look. Over the last ${growth.orders} orders an order left
${growth.bytesPerOrder.toFixed(0)} bytes behind; budget: ${growth.allowedPerOrder.toFixed(0)} (test/bench/budgets.ts says for what). Timers, sockets and such: ${growth.resources} more than at the begin. The
last two rounds were ${growth.speedKept.toFixed(2)} times as fast as the first two; budget: ${budgets.soakSpeedKept}.

${table(
  [
    'orders',
    'orders/s',
    'heap, MB',
    'heap with the table emptied, MB',
    'heap of an order, bytes',
    'as DynamoDB counts it, bytes',
  ],
  rounds.map(({ orders, ordersPerSecond, full, emptied, tableBytes }, n) => {
    const size = orders - (rounds[n - 1]?.orders ?? 0);
    return [
      ...[String(orders), ordersPerSecond.toFixed(1), mb(full.used).toFixed(1), mb(emptied.used).toFixed(1)],
      ...[((full.used - emptied.used) / size).toFixed(0), (tableBytes / size).toFixed(0)],
    ];
  }),
)}`,
  charts: async (measured) => ({
    'soak.svg': await lineChart('Soak: the heap after each garbage collection', 'orders', [
      { name: 'heap', unit: 'MB', points: saw(measured) },
      {
        name: 'table emptied',
        unit: 'MB',
        points: [
          [0, mb(measured.warmedUp.used)],
          ...measured.rounds.map(({ orders, emptied }) => [orders, mb(emptied.used)] as const),
        ],
      },
      {
        name: 'confirmed',
        unit: 'orders/s',
        points: measured.rounds.map(({ orders, ordersPerSecond }) => [orders, ordersPerSecond] as const),
      },
    ]),
  }),
  broken: ({ growth: { bytesPerOrder, allowedPerOrder, resources, speedKept } }) => [
    ...(bytesPerOrder > allowedPerOrder
      ? [`soak: an order leaves ${bytesPerOrder.toFixed(0)} bytes behind, not ${allowedPerOrder.toFixed(0)}`]
      : []),
    ...(resources > MORE_RESOURCES ? [`soak: ${resources} more timers, sockets and such than at the begin`] : []),
    ...(speedKept < budgets.soakSpeedKept
      ? [`soak: at the end ${speedKept.toFixed(2)} times as fast as at the begin, not ${budgets.soakSpeedKept}`]
      : []),
  ],
};
