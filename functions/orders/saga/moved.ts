import type { Order } from '#orders/domain/order';
import { SagaRefusal } from '#shared/errors';
import type { Result } from '#shared/kernel';

/** A saga ends without another write where its order has moved on; an order that is not there is a fault. */
export const moved = (result: Result<Order, 'superseded' | 'order_not_found'>): void => {
  if (result.ok) return;
  if (result.error === 'superseded') throw new SagaRefusal('Superseded', 'the order has moved on');
  throw new Error('the order of this saga does not exist');
};
