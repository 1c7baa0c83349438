import { barChart } from './chart.ts';
import { flashSale, type Sale } from './flash-sale.ts';
import type { Section } from './section.ts';
import { table } from './table.ts';

const sales = async (shards: readonly number[]): Promise<readonly Sale[]> => {
  const all: Sale[] = [];
  for (const count of shards) all.push(await flashSale(count));
  return all;
};

/** One SKU that everybody wants at once, over more and more shards. */
export const flashSaleSection: Section<readonly Sale[]> = {
  name: 'flash-sale',
  title: 'Flash sale: 1 SKU, 1,000 units, 5,000 buyers at once',
  measure: (quick) => sales(quick ? [16] : [1, 4, 16, 64]),
  text: (
    measured,
  ) => `Exactly 1,000 were sold each time, or the bench fails. Time is that which the backend waits for; conflicts are those of our model of DynamoDB,
in which a transaction keeps its items to itself for 5 ms. A conflict here is any cancelled transaction, one whose shard had run out included.

${table(
  ['shards', 'sold', 'seconds', 'orders/s', 'cancelled transactions', 'share of the hottest shard'],
  measured.map(({ shards, sold, seconds, ordersPerSecond, conflicts, hottestShare }) => [
    String(shards),
    String(sold),
    seconds.toFixed(1),
    ordersPerSecond.toFixed(0),
    String(conflicts),
    `${(hottestShare * 100).toFixed(1)}%`,
  ]),
)}`,
  charts: async (measured) => ({
    'flash-sale.svg': await barChart(
      'Conflicts of 5,000 buyers over 1,000 units (our model)',
      'cancelled transactions',
      measured.map(({ shards, conflicts }) => ({ name: `${shards} shards`, value: conflicts })),
    ),
  }),
  broken: () => [],
};
