import { createTableAudit, type Row, type Violation } from '../../ops/audit/table-audit.ts';
import type { AcceptedOrder } from './customers.ts';

type HistoryEntry = { readonly cause?: string };

/**
 * Faults are short, so only an order that was permanently refused may need attention: none may run out of time. One whose stock no
 * order can hold does.
 */
const ranOutOfTime = ({ sk, history }: Row) =>
  sk === 'order' && (history as readonly HistoryEntry[]).some(({ cause = '' }) => /^not \w+ in time$/.test(cause));

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
      .map(({ pk }) => ({ invariant: 8, message: `${pk} was parked because it ran out of time` })),
  ];
};
