import { cancelOrderRoute } from '#orders/http/cancel-order.route';
import { placeOrderRoute } from '#orders/http/place-order.route';
import { recordPaymentRoute } from '#orders/http/record-payment.route';
import { httpFunction } from '#shared/http';
import type { Runtime } from '#shared/runtime';
import { keyHolder } from '#tenants/published';

export const write = (rt: Runtime<'db'>) =>
  httpFunction(rt, keyHolder(rt), [placeOrderRoute(rt), cancelOrderRoute(rt), recordPaymentRoute(rt)]);
