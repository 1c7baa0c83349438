import { catalogPrices } from '#catalog/public';
import { orderClock } from '#orders/adapters/order-clock';
import type { TotalTooLarge } from '#orders/domain/customer';
import { orderResponse } from '#orders/http/order-response';
import type { writeRoutes } from '#orders/routes';
import { pauseReader } from '#orders/table/deadline-pauses';
import { openOrdersCheck } from '#orders/table/open-orders';
import { orderTable } from '#orders/table/order-table';
import { placeOrder as placeOrderUseCase } from '#orders/use-cases/place-order';
import { orderActions, recordPayment as recordPaymentUseCase } from '#orders/use-cases/update-order';
import { idFrom } from '#platform/http/idempotency';
import type { RouteHandler } from '#platform/http/route';
import type { OrderId } from '#platform/kernel';
import { formatMoney } from '#platform/money';
import type { Runtime } from '#platform/runtime/runtime';
import { listShardsOf } from '#platform/runtime/times';
import { shardOf } from '#platform/table/list-shards';

type Routes = typeof writeRoutes;

const tooLarge = ({ refusal, limit }: TotalTooLarge) => ({
  problem: refusal,
  detail: `An order in ${limit.currency} may total at most ${formatMoney(limit)}. Split the order.`,
  members: { limit },
});

export const placeOrder = (rt: Runtime<'db'>): RouteHandler<Routes['placeOrder']> => {
  const place = placeOrderUseCase({
    orders: orderTable(rt),
    prices: catalogPrices(rt),
    checkOpenOrders: openOrdersCheck(rt),
    now: orderClock(rt),
  });
  return async ({ tenantId, body, idempotencyKey, requestDigest }) => {
    const id = idFrom(tenantId, idempotencyKey) as OrderId;
    const listShard = shardOf(id, listShardsOf(rt.times, tenantId));
    const placed = await place({ ...body, requestDigest, tenantId, id, listShard });
    if (!placed.ok) return typeof placed.error === 'string' ? { problem: placed.error } : tooLarge(placed.error);
    const { value: order, replayed } = placed.value;
    // relative to the request's URL, because the path behind API Gateway has a prefix that differs between hosts (ADR 13)
    return { status: 202, replayed, body: orderResponse(order), headers: { location: `orders/${order.id}` } };
  };
};

export const cancelOrder = (rt: Runtime<'db'>): RouteHandler<Routes['cancelOrder']> => {
  const { cancel } = orderActions(orderTable(rt), orderClock(rt));
  return async ({ tenantId, params }) => {
    const cancelled = await cancel(tenantId, params.id);
    return cancelled.ok ? { status: 202, body: orderResponse(cancelled.value) } : { problem: cancelled.error };
  };
};

const WAITING = {
  problem: 'not_awaiting_payment',
  detail:
    'The order waits for the payment provider and will be charged after its return: record no other payment. ' +
    'Return the payment if you have already received it, or cancel the order.',
} as const;

export const recordPayment = (rt: Runtime<'db'>): RouteHandler<Routes['recordPayment']> => {
  const record = recordPaymentUseCase(orderTable(rt), pauseReader(rt), orderClock(rt));
  return async ({ tenantId, params, body, idempotencyKey: key, requestDigest }) => {
    const { amount, currency, reference } = body;
    const paid = await record(tenantId, params.id, { amount: { amount, currency }, reference, key, requestDigest });
    if (!paid.ok) return paid.error === 'waiting_for_provider' ? WAITING : { problem: paid.error };
    const { value: order, replayed } = paid.value;
    return { status: 201, replayed, body: orderResponse(order) };
  };
};
