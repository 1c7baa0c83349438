import type { Row } from '../../ops/audit/table-audit.ts';
import type { PublishedFeedback } from './feedback.ts';
import type { Item } from './refusals.ts';

/** How much each kind of feedback weighs, and how a delivery shows it. */
const WEIGHTS: Readonly<Record<PublishedFeedback['feedback'], number>> = {
  ...{ Transient: 1, Undetermined: 1, Permanent: 2, complaint: 3 },
};
const SHOWN = ['sent', 'bounced transient', 'bounced permanent', 'complained'];
const blocks = ({ feedback }: PublishedFeedback) => WEIGHTS[feedback] >= 2;

const addressOf = (tenant: string, email: string) => `${tenant}/${email.toLowerCase()}`;

/**
 * Observes deliveries and what mail servers report: a report shows on the delivery at rest, the tenant sends no further mail to an address
 * that came back for good or complained, and no mail is withheld for that reason without such a report.
 */
export const watchFeedback = (
  emailOf: (tenant: string, orderId: string) => string | undefined,
  report: (message: string) => void,
) => {
  /** The weight that each delivery must show at rest, by its key. */
  const expected = new Map<string, number>();
  /** The addresses of which a report that blocks was published, and those of which a delivery shows it. */
  const [reported, blocked] = [new Set<string>(), new Set<string>()];
  /** The deliveries that were started after their address was blocked. */
  const startedBlocked = new Set<string>();
  let wasRestored = false;
  return {
    /** A restored table may lack what was reported. */
    forget() {
      wasRestored = true;
      for (const known of [expected, reported, blocked, startedBlocked]) known.clear();
    },
    onPublished(published: PublishedFeedback) {
      const { tenant, orderId, kind, feedback } = published;
      const pk = `notifications#${tenant}#delivery#${orderId}.${kind}`;
      expected.set(pk, Math.max(expected.get(pk) ?? 0, WEIGHTS[feedback]));
      const email = emailOf(tenant, orderId);
      if (email !== undefined && blocks(published)) reported.add(addressOf(tenant, email));
    },
    onDelivery(tenant: string, old: Item | undefined, next: Item | undefined) {
      const email = emailOf(tenant, String(next?.['orderId']));
      if (!next || email === undefined) return;
      const address = addressOf(tenant, email);
      const { pk, status, because, bounce } = next as Item & Readonly<Record<string, unknown>>;
      if (status === 'sending' && blocked.has(address)) startedBlocked.add(pk);
      if (status === 'sent' && startedBlocked.has(pk)) report(`${pk} was sent to an address that had come back`);
      if (status === 'withheld' && (because === 'bounced' || because === 'complained') && !reported.has(address))
        report(`${pk} was withheld because its address had ${because}, and nobody has reported that`);
      if ((status === 'bounced' && bounce === 'permanent') || status === 'complained') {
        if (old?.['status'] === 'complained' && status !== 'complained')
          report(`${pk} had a complaint, and has a bounce`);
        blocked.add(address);
        // a restored table has it without the report
        reported.add(address);
      }
    },
    /** What is wrong once nothing is in progress. */
    atQuiescence(rows: readonly Row[]): readonly string[] {
      if (wasRestored) return [];
      const shown = new Map(
        rows
          .filter(({ sk }) => sk === 'delivery')
          .map(({ pk, status, bounce }) => [pk, [status, bounce].filter(Boolean).join(' ')]),
      );
      return [...expected].flatMap(([pk, weight]) =>
        shown.get(pk) === SHOWN[weight] ? [] : [`${pk} shows ${shown.get(pk)} instead of ${SHOWN[weight]}`],
      );
    },
  };
};
