import { randomInt } from 'node:crypto';
import type { Order } from '../acceptance/client.ts';
import { host } from '../acceptance/host.ts';
import { openShop, type Shop } from '../acceptance/shop.ts';
import { chanceOf } from '../sim/chance.ts';
import { type Accepted, runCustomers, STOCK } from './customers.ts';
import { injectedKinds, injectFaults } from './fault-injector.ts';
import { createFaultCounts } from './fault-kinds.ts';
import { startKilling, stopKilling, workers } from './kills.ts';
import { repairProvider, waitForDeadLetter } from './operator.ts';

const SHOPS = 2;
/** Orders make no progress without it. */
const SPARED = 'orders-start-saga';
const RELIABLE_TOKENS = ['tok_ok', 'tok_declined', 'tok_slow'];

export const seed = Number(process.env['FAULTS_SEED'] ?? randomInt(2 ** 31));
/** The worker that dies at every invocation, as after a bad deployment. */
export const doomedWorker = chanceOf(seed, 'doomed').pick(workers.filter((id) => id !== SPARED));

/** What the customers ordered and the backend accepted, and the faults that hit it. */
export const run = {
  shops: [] as Shop[],
  accepted: [] as Accepted[],
  /** Units of the SKU `last` that were received during the run. */
  received: new Map<Shop, number>(),
  faultCounts: createFaultCounts(),
};

/** Opens the shops and runs the customers under faults. It resolves once the faults are over; their consequences are not yet. */
export const playRun = async (): Promise<void> => {
  const { shops, accepted, faultCounts } = run;
  for (let n = 0; n < SHOPS; n += 1) shops.push(await openShop(STOCK));
  await startKilling(seed, doomedWorker);
  const startedAt = Date.now();
  /** On a slow machine it takes longer until each kind has hit work in progress. */
  const isOver = () => {
    const elapsedMs = Date.now() - startedAt;
    const allHit = injectedKinds.every((kind) => faultCounts[kind] > 0);
    return elapsedMs > 2 * host.faults.forMs || (elapsedMs > host.faults.forMs && allHit);
  };
  const options = { ...run, seed, isOver };
  try {
    await Promise.all([runCustomers(options), injectFaults(options)]);
    await waitForDeadLetter(doomedWorker);
  } finally {
    const killed = await stopKilling();
    await repairProvider(shops);
    for (const [name, count] of Object.entries(killed)) {
      if (name.endsWith(doomedWorker)) continue;
      faultCounts['function killed'] += count;
      if (workers.some((id) => name.endsWith(id))) faultCounts['batch redelivered'] += count;
    }
    faultCounts['payment unreliable'] = accepted.filter(({ token }) => !RELIABLE_TOKENS.includes(token)).length;
  }
};

export const listAcceptedIds = (shop: Shop) => run.accepted.filter((order) => order.shop === shop).map(({ id }) => id);

/** Units of the SKU that the shop's customers have bought. */
export const countSold = (orders: readonly Order[], sku: string): number =>
  orders
    .filter(({ status }) => status === 'confirmed')
    .flatMap(({ lines }) => lines.filter((line) => line.sku === sku))
    .reduce((sum, { quantity }) => sum + quantity, 0);
