import { createTableAudit, type Row, type Violation } from '../../ops/audit/table-audit.ts';
import type { Accepted } from './customers.ts';

type Entry = { readonly cause?: string };

/** The faults are short: whoever tries again in time unwinds every order that nobody refuses to unwind. */
const leftBehind = ({ sk, history }: Row) =>
  sk === 'order' && (history as readonly Entry[]).some(({ cause }) => cause === 'not unwound in time');

/** What must hold once nothing is under way any more: what an audit looks at, and what the clients were told. */
export const atRest = (rows: readonly Row[], accepted: readonly Accepted[]): readonly Violation[] => {
  const audit = createTableAudit({ atRest: true, now: new Date().toISOString() });
  for (const row of rows) audit.addRow(row);
  const keys = new Set(rows.map(({ pk }) => pk));
  const lost = accepted.filter(({ tenantId, id }) => !keys.has(`orders#${tenantId}#order#${id}`));
  return [
    ...audit.report().violations,
    ...lost.map(({ id, key }) => ({ invariant: 8, message: `${key} was accepted as order ${id}, and is gone` })),
    ...rows.filter(leftBehind).map(({ pk }) => ({ invariant: 8, message: `${pk} was not unwound in the time it had` })),
  ];
};
