import { type AwsEndpoint, connectAwsEndpoint } from '../aws-endpoint.ts';
import { waitForQuiescence } from '../quiescence.ts';
import { startServer } from '../server.ts';
import { createOrder, openShop, type Shop } from '../shop.ts';
import { type Heap, measureHeap } from './heap.ts';

export type Round = {
  /** Orders since the start of the soak, including this round's. */
  readonly orders: number;
  readonly ordersPerSecond: number;
  /** The heap with the round's orders in the table, and the size of the table as DynamoDB would report it. */
  readonly full: Heap;
  readonly tableBytes: number;
  /** The heap after the orders are deleted. */
  readonly emptied: Heap;
};

export type Soak = { readonly warmedUp: Heap; readonly rounds: readonly Round[] };

const CONCURRENT_CUSTOMERS = 8;
const ROUNDS = 6;
const WARM_UP_ORDERS = 500;
const QUIESCENCE_TIMEOUT_MS = 120_000;

type OrderRange = { readonly from: number; readonly to: number };

/** Places the orders and waits until every one has ended. Resolves to orders per second. */
const placeOrders = async ({ call }: Shop, awsEndpoint: AwsEndpoint, { from, to }: OrderRange): Promise<number> => {
  const startedAt = performance.now();
  let next = from;
  const runCustomer = async () => {
    while (next < to) {
      const n = next++;
      await call({ method: 'POST', path: '/v1/orders', body: createOrder(n), key: `soak-${n}` });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_CUSTOMERS }, runCustomer));
  if (!(await waitForQuiescence(awsEndpoint, QUIESCENCE_TIMEOUT_MS)))
    throw new Error(`the soak was not quiescent within ${QUIESCENCE_TIMEOUT_MS / 1_000} s`);
  return ((to - from) * 1_000) / (performance.now() - startedAt);
};

/**
 * Places orders in rounds against one process. The table keeps every order by design, so each round's orders are deleted before the
 * heap is measured: what it keeps then, something else keeps.
 */
export const runSoak = async (orders: number): Promise<Soak> => {
  const server = await startServer({ inspect: true });
  const { inspector = '' } = server;
  try {
    const shop = await openShop(server);
    const awsEndpoint = await connectAwsEndpoint(server);
    await placeOrders(shop, awsEndpoint, { from: 0, to: WARM_UP_ORDERS });
    await awsEndpoint.deleteOrders();
    const warmedUp = await measureHeap(inspector);
    const rounds: Round[] = [];
    for (let n = 0; n < ROUNDS; n += 1) {
      const size = orders / ROUNDS;
      const from = WARM_UP_ORDERS + n * size;
      const ordersPerSecond = await placeOrders(shop, awsEndpoint, { from, to: from + size });
      const [full, tableBytes] = [await measureHeap(inspector), await awsEndpoint.readTableBytes()];
      await awsEndpoint.deleteOrders();
      const emptied = await measureHeap(inspector);
      rounds.push({ orders: (n + 1) * size, ordersPerSecond, full, tableBytes, emptied });
      console.log(`soak: ${(n + 1) * size} orders, ${(emptied.used / 2 ** 20).toFixed(1)} MB`);
    }
    return { warmedUp, rounds };
  } finally {
    await server.stop();
  }
};
