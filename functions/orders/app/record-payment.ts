import { moveOrder } from '#orders/app/move-order';
import type { Orders, When } from '#orders/app/ports';
import { pay } from '#orders/domain/customer';
import type { Money, OrderId, TenantId } from '#shared/kernel';

type Payment = { readonly amount: Money; readonly reference: string; readonly key: string };

/** The same conditional write confirms an order and keeps the sweeper from expiring it: one of the two happens. */
export const recordPayment =
  (orders: Orders, { now, limits }: When) =>
  (tenantId: TenantId, id: OrderId, { amount, reference, key }: Payment) =>
    moveOrder(orders)(tenantId, id, (order) => pay(order, amount, { reference, key, at: now() }, limits));
