import type { Attempts, Provider } from '#payments/app/ports';
import type { Callback } from '#payments/contract';
import { type Attempt, charged, providerKey, refundKey, returned, surfaced } from '#payments/domain/attempt';
import { err, type OrderId, ok, type Result, type TenantId } from '#shared/kernel';

type Ports = { readonly attempts: Attempts; readonly provider: Provider };
type Refusal = 'charge_not_found' | 'wrong_amount' | 'refund_refused' | 'unknown' | 'contended';

/** An attempt changes at most a few times in its life. */
const TRIES = 5;

/**
 * What the provider tells by itself, in any order and any number of times. A capture is taken where it was asked for, and given
 * back where the order has no use for it. The answer is a refusal until that is done, so that the provider tells it again.
 */
export const takeCallback =
  ({ attempts, provider }: Ports) =>
  async (told: Callback): Promise<Result<Attempt, Refusal>> => {
    const [tenantId, orderId] = told.key.split('.') as [TenantId, OrderId];
    for (let tried = 0; tried < TRIES; tried += 1) {
      const standing = await attempts.find(tenantId, orderId);
      if (!standing) return err('charge_not_found');
      const next = await follow(provider, standing, told);
      if (!next.ok || next.value === standing || (await attempts.move(standing, next.value))) return next;
    }
    return err('contended');
  };

/** A refund that the provider tells of is one that we asked for, and whoever asked writes it down. */
const follow = async (provider: Provider, standing: Attempt, told: Callback): Promise<Result<Attempt, Refusal>> => {
  if (told.status === 'declined') return ok(standing.status === 'intended' ? charged(standing, 'declined') : standing);
  if (told.status === 'refunded') return ok(standing);
  const { total } = standing;
  if (told.amount !== total.amount || told.currency !== total.currency) return err('wrong_amount');

  const meaning = surfaced(standing);
  if (meaning === 'known') return ok(standing);
  if (meaning === 'early') return err('contended');
  if (meaning === 'news') return ok(charged(standing, 'captured'));
  const outcome = await provider.refund(providerKey(standing), refundKey(standing), total);
  if (outcome === 'unknown') return err('unknown');
  return outcome === 'refused' ? err('refund_refused') : ok(returned(standing));
};
