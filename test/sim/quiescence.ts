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

/**
 * Orders that expired without ever holding their stock, and without being refused it. Faults are short, so only an order whose payment
 * stays unknown may run into its deadline: such an order has a hold, and no tombstone.
 */
const expiredWithoutStock = (rows: readonly Row[]): readonly Row[] => {
  const tombstones = new Set(
    rows.filter(({ sk, draws }) => sk === 'hold' && (draws as readonly unknown[]).length === 0).map(({ pk }) => pk),
  );
  return rows.filter(({ pk, sk, reason }) => {
    if (sk !== 'order' || reason !== 'expired') return false;
    const { tenantId, id } = orderIdsOf(pk);
    return tombstones.has(holdKey(tenantId, id).pk);
  });
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
