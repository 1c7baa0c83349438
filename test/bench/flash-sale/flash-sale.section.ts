import { barChart } from '../chart.ts';
import { formatPercent, markdownTable } from '../format.ts';
import type { Section } from '../section.ts';
import { runFlashSale, type Sale, UNITS } from './flash-sale.ts';

/** The shards of the run without the condition. */
const CONTROL_SHARDS = 16;

const runSales = async (shardCounts: readonly number[]): Promise<readonly Sale[]> => {
  const sales: Sale[] = [];
  for (const shards of shardCounts) sales.push(await runFlashSale(shards));
  sales.push(await runFlashSale(CONTROL_SHARDS, false));
  return sales;
};

const salesWithCondition = (measured: readonly Sale[]) => measured.filter(({ condition }) => condition);
const nameOf = ({ shards }: Sale) => (shards === 1 ? '1 shard' : `${shards} shards`);

/** One SKU that every buyer orders at the same time, over an increasing number of shards. */
export const flashSaleSection: Section<readonly Sale[]> = {
  name: 'flash-sale',
  title: 'Flash sale: 1 SKU, 1,000 units, 5,000 concurrent buyers',
  measure: (quick) => runSales(quick ? [CONTROL_SHARDS] : [1, 4, 16, 64]),
  text: (
    measured,
  ) => `Times include the backend's waiting but not the functions' CPU time. Conflicts come from our model of DynamoDB, in which a
transaction locks its items for 5 ms. A transaction is also cancelled when its shard has run out. The control takes stock for 1,200 buyers without the
condition that stock is available. The hottest partition is the partition key with the most writes, cancelled writes included.

${markdownTable(
  [
    ...['shards', 'sold', 'seconds', 'orders/s', 'conflicts', 'shard had run out'],
    ...["hottest partition's share of the SKU's writes", "hottest partition's share of all writes"],
  ],
  measured.map((sale) => [
    sale.condition ? String(sale.shards) : `control: ${sale.shards}, no condition`,
    String(sale.sold),
    sale.seconds.toFixed(1),
    sale.ordersPerSecond.toFixed(0),
    String(sale.conflicts),
    String(sale.ranOut),
    formatPercent(sale.hottestShareOfShards),
    formatPercent(sale.hottestShareOfAll),
  ]),
)}`,
  charts: async (measured) => ({
    'flash-sale.svg': await barChart(
      'Flash sale: orders ended per second (our model)',
      'orders/s',
      salesWithCondition(measured).map((sale) => ({ name: nameOf(sale), value: sale.ordersPerSecond })),
    ),
    'flash-sale-cancelled.svg': await barChart(
      'Flash sale: cancelled transactions (our model)',
      'transactions',
      salesWithCondition(measured).flatMap((sale) => [
        { name: nameOf(sale), part: 'conflict', value: sale.conflicts },
        { name: nameOf(sale), part: 'shard had run out', value: sale.ranOut },
      ]),
    ),
    'flash-sale-hottest.svg': await barChart(
      'Flash sale: share of the hottest partition',
      "% of the writes to the SKU's shards",
      salesWithCondition(measured).map((sale) => ({ name: nameOf(sale), value: sale.hottestShareOfShards * 100 })),
    ),
  }),
  brokenBudgets: (measured) =>
    salesWithCondition(measured)
      .filter(({ sold }) => sold !== UNITS)
      .map((sale) => `a flash sale over ${nameOf(sale)} sold ${sale.sold} of ${UNITS}`),
};
