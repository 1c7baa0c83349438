import { createHash } from 'node:crypto';
import type { Orders, Prices, When } from '#orders/app/ports';
import type { PlaceOrder } from '#orders/contract';
import { place } from '#orders/domain/customer';
import type { Line, Order } from '#orders/domain/order';
import { err, type Money, type OrderId, ok, type Result, type Sku, type TenantId } from '#shared/kernel';

export type Command = PlaceOrder & { readonly tenantId: TenantId; readonly id: OrderId };
export type Refusal = 'mixed_currencies' | 'total_too_large' | 'unknown_sku' | 'duplicate_sku' | 'key_reused';

/**
 * The id is derived from the idempotency key, so a retry can only meet its own order. A refusal is given only after a look at
 * what stands: a replay stays a replay, whatever the catalogue says today.
 */
export const placeOrder =
  (orders: Orders, prices: Prices, { now, limits }: When) =>
  async ({ tenantId, id, lines, customer, payment }: Command): Promise<Result<Order, Refusal>> => {
    const asked = digest({ lines, customer, payment });
    const priced = duplicates(lines)
      ? err('duplicate_sku' as const)
      : price(lines, await prices(tenantId, skus(lines)));
    const placed = priced.ok
      ? place({ tenantId, id, asked, customer, payment, lines: priced.value }, now(), limits)
      : priced;
    if (placed.ok) return meet(await orders.putOrMeet(placed.value), asked);
    const standing = await orders.find(tenantId, id);
    return standing ? meet(standing, asked) : placed;
  };

const skus = (lines: PlaceOrder['lines']) => lines.map((line) => line.sku as Sku);
const duplicates = (lines: PlaceOrder['lines']) => new Set(skus(lines)).size < lines.length;

const price = (
  lines: PlaceOrder['lines'],
  today: ReadonlyMap<Sku, Money>,
): Result<readonly [Line, ...Line[]], 'unknown_sku'> => {
  const [first, ...rest] = lines.flatMap(({ sku, quantity }): Line[] => {
    const unitPrice = today.get(sku as Sku);
    return unitPrice ? [{ sku: sku as Sku, quantity, unitPrice }] : [];
  });
  return first && rest.length + 1 === lines.length ? ok([first, ...rest]) : err('unknown_sku');
};

const meet = (order: Order, asked: string): Result<Order, 'key_reused'> =>
  order.asked === asked ? ok(order) : err('key_reused');

/** Of the parsed body, so that white space and the order of fields do not matter. */
const digest = ({ lines, customer, payment }: PlaceOrder): string =>
  createHash('sha256')
    .update(JSON.stringify([lines.map((line) => [line.sku, line.quantity]), customer.email, payment.token]))
    .digest('base64url');
