import { blockedBecause, type Feedback, hasFeedback, markFeedback, type Notice } from '#notifications/domain/delivery';
import type { BlockedAddresses, Deliveries } from '#notifications/use-cases/ports';
import type { FindOrderForCustomer } from '#orders/contract';
import { err, ok, type Result } from '#platform/kernel';

export type Ports = {
  readonly orders: FindOrderForCustomer;
  readonly deliveries: Deliveries;
  readonly blockedAddresses: Pick<BlockedAddresses, 'block'>;
};
export type Refusal = 'already_recorded' | 'delivery_not_found' | 'order_not_found' | 'changed_by_another';

/**
 * Records that a mail bounced or that its customer complained, and blocks the address for the tenant unless the bounce may pass (ADR 103).
 * The address is that of the tenant's own order. The delivery is written last: once it says so, the address is blocked, and a
 * repeat changes nothing, also if an operator has unblocked the address since.
 */
export const recordFeedback =
  ({ orders, deliveries, blockedAddresses }: Ports) =>
  async (notice: Notice, feedback: Feedback): Promise<Result<'recorded', Refusal>> => {
    const delivery = await deliveries.find(notice);
    // a delivery is stored before its mail is sent
    if (!delivery) return err('delivery_not_found');
    if (hasFeedback(delivery, feedback)) return err('already_recorded');
    const because = blockedBecause(feedback);
    if (because) {
      const order = await orders(notice.tenantId, notice.orderId);
      if (!order) return err('order_not_found');
      await blockedAddresses.block({ tenantId: notice.tenantId, email: order.email }, because);
    }
    const isRecorded = await deliveries.update(delivery, markFeedback(delivery, feedback));
    return isRecorded ? ok('recorded') : err('changed_by_another');
  };
