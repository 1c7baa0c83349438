import { barChart } from '../chart.ts';
import type { Section } from '../section.ts';
import { table } from '../table.ts';
import { flashSale, type Sale, UNITS } from './flash-sale.ts';

/** Of the run without the condition. */
const CONTROL_SHARDS = 16;

const sales = async (shards: readonly number[]): Promise<readonly Sale[]> => {
  const all: Sale[] = [];
  for (const count of shards) all.push(await flashSale(count));
  all.push(await flashSale(CONTROL_SHARDS, false));
  return all;
};

const guarded = (measured: readonly Sale[]) => measured.filter(({ condition }) => condition);
const nameOf = ({ shards }: Sale) => (shards === 1 ? '1 shard' : `${shards} shards`);
const percent = (share: number) => `${(share * 100).toFixed(1)}%`;

/** One SKU that everybody wants at once, over more and more shards. */
export const flashSaleSection: Section<readonly Sale[]> = {
  name: 'flash-sale',
  title: 'Flash sale: 1 SKU, 1,000 units, 5,000 buyers at once',
  measure: (quick) => sales(quick ? [CONTROL_SHARDS] : [1, 4, 16, 64]),
  text: (
    measured,
  ) => `Time is that which the backend waits for: no function's computing is in it. Conflicts are those of our model of DynamoDB, in which a
transaction keeps its items to itself for 5 ms; apart from them, a transaction is cancelled when its shard has run out. The control takes stock
without the condition that it is there, for 1,200 buyers. The hottest partition is the key most often written to, cancelled writes included.

${table(
  [
    ...['shards', 'sold', 'seconds', 'orders/s', 'conflicts', 'shard had run out'],
    ...["hottest, of the SKU's shards", 'hottest, of all of the sale'],
  ],
  measured.map((sale) => [
    sale.condition ? String(sale.shards) : `control: ${sale.shards}, no condition`,
    String(sale.sold),
    sale.seconds.toFixed(1),
    sale.ordersPerSecond.toFixed(0),
    String(sale.conflicts),
    String(sale.ranOut),
    percent(sale.hottestOfShards),
    percent(sale.hottestOfAll),
  ]),
)}`,
  charts: async (measured) => ({
    'flash-sale.svg': await barChart(
      'Flash sale: orders ended per second (our model)',
      'orders/s',
      guarded(measured).map((sale) => ({ name: nameOf(sale), value: sale.ordersPerSecond })),
    ),
    'flash-sale-cancelled.svg': await barChart(
      'Flash sale: cancelled transactions (our model)',
      'transactions',
      guarded(measured).flatMap((sale) => [
        { name: nameOf(sale), part: 'conflict', value: sale.conflicts },
        { name: nameOf(sale), part: 'shard had run out', value: sale.ranOut },
      ]),
    ),
    'flash-sale-hottest.svg': await barChart(
      'Flash sale: share of the hottest partition',
      "% of the writes to the SKU's shards",
      guarded(measured).map((sale) => ({ name: nameOf(sale), value: sale.hottestOfShards * 100 })),
    ),
  }),
  broken: (measured) =>
    guarded(measured)
      .filter(({ sold }) => sold !== UNITS)
      .map((sale) => `a flash sale over ${nameOf(sale)} sold ${sale.sold} of ${UNITS}`),
};
