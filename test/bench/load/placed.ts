import type { Shop } from '../shop.ts';

/** An order, as its history tells of it. */
export type Placed = {
  readonly id: string;
  readonly status: string;
  readonly placedAt: number;
  /** Undefined while it goes on. */
  readonly endedAt: number | undefined;
};

type Listed = {
  readonly id: string;
  readonly status: string;
  readonly history: readonly { readonly at: string; readonly status: string }[];
};
type Page = { readonly items: readonly Listed[]; readonly next: string | null };

const MOST_PAGES = 10_000;
const ENDS = ['confirmed', 'cancelled', 'needs_attention'];

const placedOf = ({ id, status, history }: Listed): Placed => {
  const last = history.at(-1);
  return {
    id,
    status,
    placedAt: Date.parse(history[0]?.at ?? ''),
    endedAt: last && ENDS.includes(last.status) ? Date.parse(last.at) : undefined,
  };
};

/** Every order of the shop placed since then. Read once all is over: no order is asked for while the load runs. */
export const placedSince = async ({ ask }: Shop, since: number): Promise<readonly Placed[]> => {
  const all: Placed[] = [];
  let cursor = '';
  for (let n = 0; n < MOST_PAGES; n += 1) {
    const { items, next } = await ask<Page>('GET', `/v1/orders?limit=100${cursor}`);
    const page = items.map(placedOf);
    all.push(...page.filter(({ placedAt }) => placedAt >= since));
    if (next === null || page.some(({ placedAt }) => placedAt < since)) return all;
    cursor = `&cursor=${next}`;
  }
  throw new Error(`there are more than ${MOST_PAGES} pages of orders`);
};
