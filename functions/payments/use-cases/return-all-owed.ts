import { postponeReturn } from '#payments/domain/payment';
import type { PaymentsDue, ReturnDue } from '#payments/use-cases/ports';
import { untilDeadline } from '#payments/use-cases/provider-time';
import { type ReturnPorts, type ReturnRefusal, returnOwed } from '#payments/use-cases/return-money';
import { forEachConcurrently } from '#platform/concurrently';
import { addMs, type Instant } from '#platform/kernel';

const PAGE_SIZE = 25;
const CONCURRENCY = 5;
/** The calls for one payment take this long at most. What it has returned by then is recorded, and the next try takes up the rest. */
export const RETURN_CALLS_MS = 15_000;
/** Less than the minute between two runs, so that the next one tries again, behind all that were due before. */
const RETRY_AFTER_MS = 50_000;
/** Money that is owed for longer than this needs a person, whatever keeps it. */
const OVERDUE_AFTER_MS = 15 * 60_000;

/** A return that failed. `failed`: the payment could not be read or written. */
export type ReturnFailure = Pick<ReturnDue, 'tenantId' | 'orderId'> & {
  readonly because: ReturnRefusal | 'failed';
  /** Since when the money is owed, where that could be read. */
  readonly since?: Instant;
  readonly error?: unknown;
};

type Ports = ReturnPorts & {
  readonly due: Pick<PaymentsDue, 'returns'>;
  /** Called for each return that failed. The run goes on with the others. */
  readonly onFailure: (failure: ReturnFailure) => void;
};

/**
 * How many payments owe money no longer; of how many the provider refuses the return or contradicts itself; how many others are owed for
 * more than a quarter of an hour; and how many could not be read or written.
 */
export type ReturnReport = {
  readonly returned: number;
  readonly refused: number;
  readonly overdue: number;
  readonly failed: number;
};

/**
 * Tries the payments that owe money and are due, the longest due first, until the time is over. What fails is due again in a minute, behind
 * all others, so that no payment keeps another from its turn.
 */
export const returnAllOwed =
  (ports: Ports) =>
  async (hasTimeLeft: () => boolean): Promise<ReturnReport> => {
    const counts = { returned: 0, refused: 0, overdue: 0, failed: 0 };
    const startedAt = ports.now();

    const tryReturn = async ({ tenantId, orderId }: ReturnDue) => {
      const payment = await ports.payments.find(tenantId, orderId);
      if (!payment?.owed) return;
      const { since } = payment.owed;
      const provider = untilDeadline(ports.provider, addMs(ports.now(), RETURN_CALLS_MS), ports.now);
      const result = await returnOwed({ ...ports, provider })(payment);
      if (result.ok) {
        counts.returned += 1;
        return;
      }
      const at = ports.now();
      if (result.error === 'refused') counts.refused += 1;
      else if (addMs(since, OVERDUE_AFTER_MS) <= at) counts.overdue += 1;
      ports.onFailure({ tenantId, orderId, because: result.error, since });
      const current = await ports.payments.find(tenantId, orderId);
      // after a lost race the other write has decided when it is due
      if (current?.owed) await ports.payments.update(current, postponeReturn(current, addMs(at, RETRY_AFTER_MS)));
    };
    const handle = async (entry: ReturnDue) => {
      try {
        await tryReturn(entry);
      } catch (error) {
        counts.failed += 1;
        ports.onFailure({ tenantId: entry.tenantId, orderId: entry.orderId, because: 'failed', error });
      }
    };

    let after: string | undefined;
    do {
      const page = await ports.due.returns(startedAt, { after, limit: PAGE_SIZE });
      await forEachConcurrently(page, { concurrency: CONCURRENCY, hasTimeLeft }, handle);
      after = page.length === PAGE_SIZE ? page.at(-1)?.cursor : undefined;
    } while (after !== undefined && hasTimeLeft());
    return counts;
  };
