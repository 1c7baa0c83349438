import { randomInt } from 'node:crypto';
import type { Order } from '../acceptance/client.ts';
import { host } from '../acceptance/host.ts';
import { listOrders, openShop, type Shop } from '../acceptance/shop.ts';
import { chanceOf } from '../sim/chance.ts';
import { type Accepted, runCustomers, STOCK } from './customers.ts';
import { injectFaults } from './fault-injector.ts';
import { createFaultCounts, faultKinds, findRareKinds } from './fault-kinds.ts';
import { countKills, startKilling, stopKilling, workers } from './kills.ts';
import { repairProvider, waitForBacklog } from './operator.ts';
import { retryUntilAnswered } from './retry.ts';

const SHOPS = 2;
/** Orders make no progress without it. */
const SPARED = 'orders-start-saga';
/** The run ends after this many times its orders, even if a kind of fault has not hit often enough. */
const MAX_EXTENSION = 20;
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

const countKilled = (killed: Readonly<Record<string, number>>) => {
  const names = Object.keys(killed).filter((name) => !name.endsWith(doomedWorker));
  const count = (some: readonly string[]) => some.reduce((sum, name) => sum + (killed[name] ?? 0), 0);
  run.faultCounts['function killed'] = count(names);
  run.faultCounts['batch redelivered'] = count(names.filter((name) => workers.some((id) => name.endsWith(id))));
};

const isParked = ({ history }: Order) => history.some(({ status }) => status === 'needs_attention');
export const countParked = (orders: readonly Order[]): number => orders.filter(isParked).length;

const untilAnswered = (shop: Shop): Shop => ({
  ...shop,
  orders: (query) => retryUntilAnswered(() => shop.orders(query)),
});

/** Whether the faults have hit often enough. The messages that waited are counted after the run. */
const haveFaultsHit = async (): Promise<boolean> => {
  const { shops, accepted, faultCounts } = run;
  countKilled(await countKills());
  faultCounts['payment unreliable'] = accepted.filter(({ token }) => !RELIABLE_TOKENS.includes(token)).length;
  const lists = await Promise.all(shops.map((shop) => listOrders(untilAnswered(shop))));
  faultCounts['refund refused'] = countParked(lists.flat());
  const kinds = faultKinds.filter((kind) => kind !== 'message waited');
  return findRareKinds(faultCounts, kinds).length === 0;
};

/**
 * Opens the shops and runs the customers under faults, until the host's number of orders is accepted and each kind of fault has hit
 * often enough. No time limits the run, so a slow machine has the same verdict. It resolves once the faults are over; their
 * consequences are not yet.
 */
export const playRun = async (): Promise<void> => {
  const { shops, accepted } = run;
  for (let n = 0; n < SHOPS; n += 1) shops.push(await openShop(STOCK));
  await startKilling(seed, doomedWorker);
  let isOver = false;
  const checkOver = async () => {
    const { orders } = host.faults;
    isOver = accepted.length >= MAX_EXTENSION * orders || (accepted.length >= orders && (await haveFaultsHit()));
    return isOver;
  };
  try {
    const customers = runCustomers({ ...run, seed, isOver: () => isOver });
    const faults = injectFaults({ ...run, seed, isOver: checkOver }).finally(() => {
      isOver = true;
    });
    await Promise.all([customers, faults]);
    run.faultCounts['message waited'] = await waitForBacklog(doomedWorker, shops);
  } finally {
    countKilled(await stopKilling());
    await repairProvider(shops);
  }
};

export const listAcceptedIds = (shop: Shop) => run.accepted.filter((order) => order.shop === shop).map(({ id }) => id);

/** Units of the SKU that the shop's customers have bought. */
export const countSold = (orders: readonly Order[], sku: string): number =>
  orders
    .filter(({ status }) => status === 'confirmed')
    .flatMap(({ lines }) => lines.filter((line) => line.sku === sku))
    .reduce((sum, { quantity }) => sum + quantity, 0);
