import { createTableAudit, type Row, type Violation } from '../../ops/audit/table-audit.ts';
import type { AcceptedOrder } from './order-book.ts';
import { HOPELESS_TOKENS } from './plan.ts';

type HistoryEntry = { readonly cause?: string };

/**
 * Faults are short, so only an order that a person must decide about may need attention: none may run out of time, except one that the
 * provider never answers. Where the stock of a SKU cannot be held, its orders run out of time.
 */
const ranOutOfTime = ({ sk, payment, history }: Row): boolean => {
  if (sk !== 'order') return false;
  const isHopeless = HOPELESS_TOKENS.includes((payment as { readonly token: string }).token);
  const causes = isHopeless ? ['not unwound in time'] : ['not unwound in time', 'not fulfilled in time'];
  return (history as readonly HistoryEntry[]).some(({ cause = '' }) => causes.includes(cause));
};

/** Violations of what must hold once nothing is in progress: in the table, and against the answers that clients got. */
export const violationsAtQuiescence = (
  rows: readonly Row[],
  accepted: readonly AcceptedOrder[],
  { maySomeRunOutOfTime = false } = {},
): readonly Violation[] => {
  const audit = createTableAudit({ atRest: true, now: new Date().toISOString() });
  for (const row of rows) audit.addRow(row);
  const keys = new Set(rows.map(({ pk }) => pk));
  const lost = accepted.filter(({ tenantId, id }) => !keys.has(`orders#${tenantId}#order#${id}`));
  return [
    ...audit.report().violations,
    ...lost.map(({ id, key }) => ({ invariant: 8, message: `${key} was accepted as order ${id}, which is missing` })),
    ...rows
      .filter((row) => !maySomeRunOutOfTime && ranOutOfTime(row))
      .map(({ pk }) => ({ invariant: 8, message: `${pk} was parked for want of time` })),
  ];
};
