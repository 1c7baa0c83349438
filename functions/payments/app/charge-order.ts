import type { OrderInCharge, SagaStep } from '#orders/contract';
import type { Attempts, Provider } from '#payments/app/ports';
import { type Attempt, charged, intend, providerKey } from '#payments/domain/attempt';
import { err, ok, type Result } from '#shared/kernel';

type Ports = { readonly orders: OrderInCharge; readonly attempts: Attempts; readonly provider: Provider };
type Charged = Result<Attempt, 'superseded' | 'declined' | 'unknown'>;

/** The intent stands before anything is sent, and an outcome counts only while nobody settles. A repeat learns what is known. */
export const chargeOrder =
  ({ orders, attempts, provider }: Ports) =>
  async (step: SagaStep): Promise<Charged> => {
    const order = await orders(step, 'placed');
    if (!order) return err('superseded');
    const attempt = await attempts.putOrMeet(intend({ ...step, total: order.total }));
    if (attempt.status !== 'intended') return known(attempt);

    const outcome = await provider.charge(providerKey(attempt), attempt.total, order.payment.token);
    if (outcome === 'unknown') return err('unknown');
    if (outcome === 'voided') return err('superseded');
    const done = charged(attempt, outcome);
    if (await attempts.move(attempt, done)) return known(done);
    const standing = await attempts.find(step.tenantId, step.orderId);
    return standing ? known(standing) : err('unknown');
  };

const known = (attempt: Attempt): Charged => {
  switch (attempt.status) {
    case 'captured':
      return ok(attempt);
    case 'declined':
      return err('declined');
    case 'intended':
      return err('unknown');
    default:
      return err('superseded');
  }
};
