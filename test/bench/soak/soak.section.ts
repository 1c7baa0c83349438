import { hostBudgets } from '../budgets.ts';
import { lineChart } from '../chart.ts';
import { markdownTable } from '../format.ts';
import type { Section } from '../section.ts';
import { type Growth, measureGrowth } from './growth.ts';
import { runSoak, type Soak } from './soak.ts';

type SoakMeasurement = Soak & { readonly growth: Growth };

const ORDERS = 30_000;
/** Connections open and close, so some variation is normal. */
const MAX_ADDED_RESOURCES = 16;

const mb = (bytes: number) => bytes / 2 ** 20;

/** The heap is full at the end of each round and then emptied. */
const toSawtooth = ({ warmedUp, rounds }: Soak) => [
  [0, mb(warmedUp.used)] as const,
  ...rounds.flatMap(({ orders, full, emptied }) => [
    [orders, mb(full.used)] as const,
    [orders, mb(emptied.used)] as const,
  ]),
];

/** Many orders against one process show whether anything grows or slows down. */
export const soakSection: Section<SoakMeasurement> = {
  name: 'soak',
  title: 'Soak: 30,000 orders, memory sampled',
  measure: async (quick) => {
    const measured = await runSoak(quick ? ORDERS / 10 : ORDERS);
    return { ...measured, growth: measureGrowth(measured) };
  },
  text: ({
    rounds,
    growth,
  }) => `The embedded host keeps every order by design, so the bench deletes each round's orders after it has measured them. Heap growth that
remains is not order data. Garbage is collected before each measurement. Over the last ${growth.orders} orders an order left
${growth.bytesPerOrder.toFixed(0)} bytes behind; budget: ${growth.allowedBytesPerOrder.toFixed(0)} (test/bench/budgets.ts gives the reason). The process has ${growth.addedResources} more active resources (timers, sockets) than at the start. The
last two rounds were ${growth.speedRatio.toFixed(2)} times as fast as the first two; budget: at least ${hostBudgets.minSoakSpeedRatio}.

${markdownTable(
  [
    'orders',
    'orders/s',
    'heap, MB',
    'heap with the table emptied, MB',
    'heap of an order, bytes',
    'size of an order in DynamoDB, bytes',
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
      { name: 'heap', unit: 'MB', points: toSawtooth(measured) },
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
  brokenBudgets: ({ growth: { bytesPerOrder, allowedBytesPerOrder: allowedPerOrder, addedResources, speedRatio } }) => [
    ...(bytesPerOrder > allowedPerOrder
      ? [`soak: an order leaves ${bytesPerOrder.toFixed(0)} bytes behind instead of ${allowedPerOrder.toFixed(0)}`]
      : []),
    ...(addedResources > MAX_ADDED_RESOURCES
      ? [`soak: ${addedResources} more timers, sockets and similar resources than at the start`]
      : []),
    ...(speedRatio < hostBudgets.minSoakSpeedRatio
      ? [
          `soak: ${speedRatio.toFixed(2)} times as fast at the end as at the start instead of ${hostBudgets.minSoakSpeedRatio}`,
        ]
      : []),
  ],
};
