import { randomInt } from 'node:crypto';
import type { Order } from '../acceptance/client.ts';
import { host } from '../acceptance/host.ts';
import { openShop, type Shop } from '../acceptance/shop.ts';
import { chanceOf } from '../sim/chance.ts';
import { blows, strike } from './blows.ts';
import { type Accepted, STOCK, serve } from './customers.ts';
import { beginKills, endKills, workers } from './kills.ts';
import { nothingStruck } from './kinds.ts';
import { firstDeadLetter, repairProvider } from './operator.ts';

const SHOPS = 2;
/** No order would get anywhere without it. */
const SPARED = 'orders-start-saga';
const RELIABLE = ['tok_ok', 'tok_declined', 'tok_slow'];

export const seed = Number(process.env['FAULTS_SEED'] ?? randomInt(2 ** 31));
/** The worker that dies whenever it is invoked, as after a bad deploy. */
export const doomed = chanceOf(seed, 'doomed').pick(workers.filter((id) => id !== SPARED));

/** What customers asked for and were promised, and what befell the backend meanwhile. */
export const night = {
  shops: [] as Shop[],
  accepted: [] as Accepted[],
  /** Units that were received later, of the SKU `last`. */
  delivered: new Map<Shop, number>(),
  struck: nothingStruck(),
};

/** Opens the shops and serves customers under faults; these have ended when it answers, and what they left behind has not. */
export const play = async (): Promise<void> => {
  const { shops, accepted, struck } = night;
  for (let n = 0; n < SHOPS; n += 1) shops.push(await openShop(STOCK));
  await beginKills(seed, doomed);
  const begun = Date.now();
  /** On a slow machine it takes longer until each has struck something live. */
  const over = () => {
    const ms = Date.now() - begun;
    return ms > 2 * host.faults.forMs || (ms > host.faults.forMs && blows.every((kind) => struck[kind] > 0));
  };
  const options = { ...night, seed, over };
  try {
    await Promise.all([serve(options), strike(options)]);
    await firstDeadLetter(doomed);
  } finally {
    const killed = await endKills();
    await repairProvider(shops);
    for (const [name, times] of Object.entries(killed)) {
      if (name.endsWith(doomed)) continue;
      struck['function killed'] += times;
      if (workers.some((id) => name.endsWith(id))) struck['batch redelivered'] += times;
    }
    struck['payment troubled'] = accepted.filter(({ token }) => !RELIABLE.includes(token)).length;
  }
};

export const acceptedBy = (shop: Shop) => night.accepted.filter((order) => order.shop === shop).map(({ id }) => id);

/** How many of these units the shop's customers have bought. */
export const soldOf = (orders: readonly Order[], sku: string): number =>
  orders
    .filter(({ status }) => status === 'confirmed')
    .flatMap(({ lines }) => lines.filter((line) => line.sku === sku))
    .reduce((sum, { quantity }) => sum + quantity, 0);
