import type { OrderInCharge, SagaStep } from '#orders/contract';
import type { Attempts, Provider } from '#payments/app/ports';
import type { ProviderWatch } from '#payments/app/watch-provider';
import { type Attempt, charged, closed, intend, providerKey } from '#payments/domain/attempt';
import { err, ok, type Result } from '#shared/kernel';

type Ports = {
  readonly orders: OrderInCharge;
  readonly attempts: Attempts;
  readonly provider: Provider;
  readonly watch: ProviderWatch;
};
type Charged = Result<Attempt, 'superseded' | 'declined' | 'unavailable' | 'unknown'>;

/**
 * The intent stands before anything is sent, and an outcome counts only while nobody settles. A repeat learns what is known.
 * While the provider is not to be called, the attempt is closed first: only then is it certain that nothing was or will be sent.
 * A probe that has nothing to send gives nothing back: its lease runs out.
 */
export const chargeOrder =
  ({ orders, attempts, provider, watch }: Ports) =>
  async (step: SagaStep): Promise<Charged> => {
    const order = await orders(step, 'placed');
    if (!order) return err('superseded');
    const pass = await watch.admit(step.tenantId);
    const of = { ...step, total: order.total };
    const attempt = await attempts.putOrMeet(pass ? intend(of) : closed(of));
    if (!pass || attempt.status !== 'intended') return known(attempt);

    const outcome = await provider.charge(providerKey(attempt), attempt.total, order.payment.token);
    const learnt = await record(attempts, attempt, outcome);
    await watch.report(step.tenantId, pass, outcome !== 'unknown');
    return learnt;
  };

const record = async (
  attempts: Attempts,
  attempt: Attempt,
  outcome: Awaited<ReturnType<Provider['charge']>>,
): Promise<Charged> => {
  if (outcome === 'unknown') return err('unknown');
  if (outcome === 'voided') return err('superseded');
  const done = charged(attempt, outcome);
  if (await attempts.move(attempt, done)) return known(done);
  const standing = await attempts.find(attempt.tenantId, attempt.orderId);
  return standing ? known(standing) : err('unknown');
};

const known = (attempt: Attempt): Charged => {
  switch (attempt.status) {
    case 'captured':
      return ok(attempt);
    case 'declined':
      return err('declined');
    case 'closed':
      return err('unavailable');
    case 'intended':
      return err('unknown');
    default:
      return err('superseded');
  }
};
