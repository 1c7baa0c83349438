import { createHash } from 'node:crypto';
import type { PlaceOrder } from '#orders/contract';
import { createOrder, type TotalTooLarge } from '#orders/domain/customer';
import type { Line, Order } from '#orders/domain/order';
import type { OrderClock, Orders, Prices } from '#orders/use-cases/ports';
import { err, type Money, type OrderId, ok, type Result, type Sku, type TenantId } from '#platform/kernel';

export type Command = PlaceOrder & { readonly tenantId: TenantId; readonly id: OrderId };
export type Refusal =
  | 'mixed_currencies'
  | 'withdrawn_currency'
  | TotalTooLarge
  | 'unknown_sku'
  | 'duplicate_sku'
  | 'key_reused';

/**
 * The id is derived from the idempotency key, so a retry finds its own order (ADR 4). Before a refusal is returned the order is looked
 * up: a replay stays a replay, even when the catalogue has changed.
 */
export const placeOrder =
  (orders: Orders, prices: Prices, now: OrderClock) =>
  async ({ tenantId, id, lines, customer, payment }: Command): Promise<Result<Order, Refusal>> => {
    const requestDigest = digestOf({ lines, customer, payment });
    const pricedLines = hasDuplicates(lines)
      ? err('duplicate_sku' as const)
      : priceLines(lines, await prices(tenantId, skusOf(lines)));
    const draft = pricedLines.ok
      ? createOrder({ tenantId, id, requestDigest, customer, payment, lines: pricedLines.value }, now())
      : pricedLines;
    if (draft.ok) return matchesRequest(await orders.putIfAbsent(draft.value), requestDigest);
    const existing = await orders.find(tenantId, id);
    return existing ? matchesRequest(existing, requestDigest) : draft;
  };

const skusOf = (lines: PlaceOrder['lines']) => lines.map((line) => line.sku);
const hasDuplicates = (lines: PlaceOrder['lines']) => new Set(skusOf(lines)).size < lines.length;

const priceLines = (
  lines: PlaceOrder['lines'],
  prices: ReadonlyMap<Sku, Money>,
): Result<readonly [Line, ...Line[]], 'unknown_sku'> => {
  const [first, ...rest] = lines.flatMap(({ sku, quantity }): Line[] => {
    const unitPrice = prices.get(sku);
    return unitPrice ? [{ sku, quantity, unitPrice }] : [];
  });
  return first && rest.length + 1 === lines.length ? ok([first, ...rest]) : err('unknown_sku');
};

const matchesRequest = (order: Order, requestDigest: string): Result<Order, 'key_reused'> =>
  order.requestDigest === requestDigest ? ok(order) : err('key_reused');

/** Of the parsed body, so white space and the order of fields do not matter. */
const digestOf = ({ lines, customer, payment }: PlaceOrder): string =>
  createHash('sha256')
    .update(JSON.stringify([lines.map((line) => [line.sku, line.quantity]), customer.email, payment.token]))
    .digest('base64url');
