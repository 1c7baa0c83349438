import type { Shop } from '../shop.ts';

/** The start and the end of an order, read from its history. */
export type OrderHistory = {
  readonly id: string;
  readonly status: string;
  readonly placedAt: number;
  /** Undefined while the order is open. */
  readonly endedAt: number | undefined;
};

type ListedOrder = {
  readonly id: string;
  readonly status: string;
  readonly history: readonly { readonly at: string; readonly status: string }[];
};
type Page = { readonly items: readonly ListedOrder[]; readonly next: string | null };

const MAX_PAGES = 10_000;
const END_STATUSES = ['confirmed', 'cancelled', 'needs_attention'];

const toOrderHistory = ({ id, status, history }: ListedOrder): OrderHistory => {
  const last = history.at(-1);
  return {
    id,
    status,
    placedAt: Date.parse(history[0]?.at ?? ''),
    endedAt: last && END_STATUSES.includes(last.status) ? Date.parse(last.at) : undefined,
  };
};

/** Every order of the shop placed since then. Called after the load: reading orders would be load as well. */
export const listOrdersSince = async ({ call }: Shop, since: number): Promise<readonly OrderHistory[]> => {
  const orders: OrderHistory[] = [];
  let cursor = '';
  for (let n = 0; n < MAX_PAGES; n += 1) {
    const { items, next } = await call<Page>({ method: 'GET', path: `/v1/orders?limit=100${cursor}` });
    const page = items.map(toOrderHistory);
    orders.push(...page.filter(({ placedAt }) => placedAt >= since));
    if (next === null || page.some(({ placedAt }) => placedAt < since)) return orders;
    cursor = `&cursor=${next}`;
  }
  throw new Error(`there are more than ${MAX_PAGES} pages of orders`);
};
