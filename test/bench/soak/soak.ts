import { type Endpoint, endpoint } from '../endpoint.ts';
import { atRest } from '../rest.ts';
import { served } from '../served.ts';
import { nthOrder, openShop, type Shop } from '../shop.ts';
import { type Heap, heapOf } from './heap.ts';

export type Round = {
  /** Since the begin of the soak, this round's included. */
  readonly orders: number;
  readonly ordersPerSecond: number;
  /** With the round's orders in the table, and how large DynamoDB would call that. */
  readonly full: Heap;
  readonly tableBytes: number;
  /** With the table emptied of them. */
  readonly emptied: Heap;
};

export type Soak = { readonly warmedUp: Heap; readonly rounds: readonly Round[] };

const AT_ONCE = 8;
const ROUNDS = 6;
const WARM_UP_ORDERS = 500;
const REST_MS = 120_000;

/** So many orders, eight at once, until every one has ended; answers how many a second that were. */
const placeAll = async ({ ask }: Shop, seen: Endpoint, from: number, to: number): Promise<number> => {
  const begun = performance.now();
  let next = from;
  const customer = async () => {
    while (next < to) {
      const n = next++;
      await ask('POST', '/v1/orders', nthOrder(n), `soak-${n}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, customer));
  if (!(await atRest(seen, REST_MS))) throw new Error(`the soak was not at rest within ${REST_MS / 1_000} s`);
  return ((to - from) * 1_000) / (performance.now() - begun);
};

/**
 * Orders in rounds against one process. After each its orders are deleted from the table, which holds all by design, so that
 * whatever the heap keeps beyond is kept by something else.
 */
export const soak = async (orders: number): Promise<Soak> => {
  const server = await served({ inspect: true });
  const { inspector = '' } = server;
  try {
    const shop = await openShop(server);
    const seen = await endpoint(server);
    await placeAll(shop, seen, 0, WARM_UP_ORDERS);
    await seen.forgetOrders();
    const warmedUp = await heapOf(inspector);
    const rounds: Round[] = [];
    for (let n = 0; n < ROUNDS; n += 1) {
      const size = orders / ROUNDS;
      const from = WARM_UP_ORDERS + n * size;
      const ordersPerSecond = await placeAll(shop, seen, from, from + size);
      const [full, tableBytes] = [await heapOf(inspector), await seen.tableBytes()];
      await seen.forgetOrders();
      const emptied = await heapOf(inspector);
      rounds.push({ orders: (n + 1) * size, ordersPerSecond, full, tableBytes, emptied });
      console.log(`soak: ${(n + 1) * size} orders, ${(emptied.used / 2 ** 20).toFixed(1)} MB`);
    }
    return { warmedUp, rounds };
  } finally {
    await server.stop();
  }
};
