import type { OrderInCharge, SagaStep } from '#orders/contract';
import type { Attempts, Provider } from '#payments/app/ports';
import { type Attempt, providerKey, refundKey, settle, tombstone, undone } from '#payments/domain/attempt';
import { err, ok, type Result } from '#shared/kernel';

type Ports = { readonly orders: OrderInCharge; readonly attempts: Attempts; readonly provider: Provider };
type Settled = Result<Attempt, 'superseded' | 'refused' | 'unknown' | 'contended'>;
type Undone = Exclude<Awaited<ReturnType<Provider['void'] | Provider['refund']>>, 'captured'>;

/**
 * Sees to it that nothing of the order's money stays with us: marks the attempt first, so that no charge in flight counts any
 * more, then voids, and refunds what was captured all the same. The breaker has no say: a charge can wait, this must go on; and
 * one refund that fails must not keep a whole shop from charging.
 */
export const settleOrder =
  ({ orders, attempts, provider }: Ports) =>
  async (step: SagaStep): Promise<Settled> => {
    const order = await orders(step, 'cancelling');
    if (!order) return err('superseded');
    const standing = await attempts.putOrMeet(tombstone({ ...step, total: order.total }));
    const settling = settle(standing);
    if (settling !== standing && !(await attempts.move(standing, settling))) return err('contended');
    if (settling.status === 'settled') return ok(settling);

    const by = await undo(provider, settling);
    if (by === 'unknown' || by === 'refused') return err(by);
    const settled = undone(settling, by);
    return (await attempts.move(settling, settled)) ? ok(settled) : err('contended');
  };

const undo = async (provider: Provider, attempt: Attempt): Promise<Undone> => {
  const outcome = await provider.void(providerKey(attempt));
  return outcome === 'captured' ? provider.refund(providerKey(attempt), refundKey(attempt), attempt.total) : outcome;
};
