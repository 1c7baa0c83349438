import { createOrder, type TotalTooLarge } from '#orders/domain/customer';
import { hasTooManyOpenOrders } from '#orders/domain/open-orders';
import type { Line, Order } from '#orders/domain/order';
import type { PlaceOrder } from '#orders/routes';
import type { CheckOpenOrders, OrderClock, Orders, Prices } from '#orders/use-cases/ports';
import { created, err, type Money, ok, type Replayable, type Result, replayOf, type Sku } from '#platform/kernel';

export type Command = PlaceOrder & Pick<Order, 'tenantId' | 'id' | 'requestDigest' | 'listShard'>;
export type Refusal =
  | 'mixed_currencies'
  | 'withdrawn_currency'
  | TotalTooLarge
  | 'unknown_sku'
  | 'duplicate_sku'
  | 'too_many_open_orders'
  | 'key_reused';

export type PlacementPorts = {
  readonly orders: Orders;
  readonly prices: Prices;
  readonly checkOpenOrders: CheckOpenOrders;
  readonly now: OrderClock;
};

/**
 * The id is derived from the idempotency key, so a retry finds its own order (ADR 4). Before a refusal is returned the order is looked
 * up: a replay stays a replay, even when the catalogue has changed or the tenant has too many open orders. The verdict on these is read
 * beside the prices, so it costs hardly any time (ADR 93).
 */
export const placeOrder =
  ({ orders, prices, checkOpenOrders, now }: PlacementPorts) =>
  async (command: Command): Promise<Result<Replayable<Order>, Refusal>> => {
    const { tenantId, id, requestDigest, listShard, lines, customer, payment } = command;
    const checked = checkOpenOrders();
    const pricedLines = hasDuplicates(lines)
      ? err('duplicate_sku' as const)
      : priceLines(lines, await prices(tenantId, skusOf(lines)));
    const verdict = await checked;
    const moment = now();
    const valid = pricedLines.ok
      ? createOrder({ tenantId, id, requestDigest, listShard, customer, payment, lines: pricedLines.value }, moment)
      : pricedLines;
    const draft =
      valid.ok && hasTooManyOpenOrders(verdict, tenantId, moment.at) ? err('too_many_open_orders' as const) : valid;
    if (draft.ok) {
      const stored = await orders.putIfAbsent(draft.value);
      return stored === draft.value ? created(stored) : replayOf(stored, stored.requestDigest, requestDigest);
    }
    const existing = await orders.find(tenantId, id);
    return existing ? replayOf(existing, existing.requestDigest, requestDigest) : draft;
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
