import { holdKey } from '#inventory/table/keys';
import { orderIdsOf } from '#orders/table/keys';
import { sumBySku } from '../../ops/audit/order-checks.ts';
import { createTableAudit, type Row, type Violation } from '../../ops/audit/table-audit.ts';
import type { SkuQuantity } from '../../ops/audit/table-rows.ts';
import type { AcceptedOrder } from './customers.ts';

type HistoryEntry = { readonly cause?: string };

/** Faults are short, so only an order that was permanently refused may need attention: none may run out of time. */
const ranOutOfTime = ({ sk, history }: Row) =>
  sk === 'order' && (history as readonly HistoryEntry[]).some(({ cause }) => cause === 'not unwound in time');

/** Faults can make one order expire before it holds its stock. Several orders of a SKU that no order ever held have another cause. */
const MIN_EXPIRED = 2;

type OrderedStock = { readonly order: Row; readonly skus: readonly string[]; readonly drawn: number | undefined };

const stockOf = (order: Row, drawnByHold: ReadonlyMap<string, number>): OrderedStock => {
  const { tenantId, id } = orderIdsOf(order.pk);
  const skus = (order['lines'] as readonly SkuQuantity[]).map(({ sku }) => `${tenantId}/${sku}`);
  return { order, skus, drawn: drawnByHold.get(holdKey(tenantId, id).pk) };
};

/**
 * Orders that expired without stock because no order can hold one of their SKUs: no order ever held it, and at least `MIN_EXPIRED`
 * orders of it expired. An order that was refused as out of stock has another reason and does not count.
 */
const expiredWithoutStock = (rows: readonly Row[]): readonly Row[] => {
  const holds = rows.filter(({ sk }) => sk === 'hold');
  const drawnByHold = new Map(holds.map(({ pk, draws }) => [pk, (draws as readonly unknown[]).length]));
  const orders = rows.filter(({ sk }) => sk === 'order').map((order) => stockOf(order, drawnByHold));
  const held = new Set(orders.filter(({ drawn = 0 }) => drawn > 0).flatMap(({ skus }) => skus));
  // a hold without stock is the tombstone of an order that was unwound
  const expired = orders.filter(({ order, drawn }) => order['reason'] === 'expired' && drawn === 0);
  const isNeverHeld = (sku: string) =>
    !held.has(sku) && expired.filter(({ skus }) => skus.includes(sku)).length >= MIN_EXPIRED;
  return expired.filter(({ skus }) => skus.some(isNeverHeld)).map(({ order }) => order);
};

/** Violations of what must hold once nothing is in progress: in the table, and against the answers that clients got. */
export const violationsAtQuiescence = (
  rows: readonly Row[],
  accepted: readonly AcceptedOrder[],
): readonly Violation[] => {
  const audit = createTableAudit({ atRest: true, now: new Date().toISOString() });
  for (const row of rows) audit.addRow(row);
  const keys = new Set(rows.map(({ pk }) => pk));
  const lost = accepted.filter(({ tenantId, id }) => !keys.has(`orders#${tenantId}#order#${id}`));
  return [
    ...audit.report().violations,
    ...lost.map(({ id, key }) => ({ invariant: 8, message: `${key} was accepted as order ${id}, which is missing` })),
    ...rows
      .filter(ranOutOfTime)
      .map(({ pk }) => ({ invariant: 8, message: `${pk} was not unwound before its deadline` })),
    ...expiredWithoutStock(rows).map(({ pk, lines }) => ({
      invariant: 8,
      message: `${pk} expired, and its stock was never held: ${sumBySku(lines as readonly SkuQuantity[])}`,
    })),
  ];
};
