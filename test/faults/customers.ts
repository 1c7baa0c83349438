import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { createOrderBody, getCharge, type Lines } from '../acceptance/client.ts';
import { host } from '../acceptance/host.ts';
import { expectStatus } from '../acceptance/request.ts';
import type { Shop } from '../acceptance/shop.ts';
import { createNameDrawer } from '../fixtures/nasty-names.ts';
import { type Chance, chanceOf } from '../sim/chance.ts';
import { retryUntilAnswered } from './retry.ts';

/** An order that the backend has accepted. */
export type Accepted = { readonly shop: Shop; readonly id: string; readonly token: string };
type Wallet = readonly [token: string, reaction?: 'waits' | 'cancels' | 'cancels once charged'];

const MAX_PAUSE_MS = 2_500;
const REFUSED_INTERVAL = 8;
const CHARGE_TIMEOUT_MS = 8_000;
const POLL_INTERVAL_MS = 400;

/** The customer cancels between the charge and the confirmation, which succeeds only by luck: every eighth customer of a lane tries it. */
const REFUSED: Wallet = ['tok_refund_refused', 'cancels once charged'];

/** A token's share is its number of lines. Orders whose payment has no known outcome are cancelled: waiting would take too long. */
const wallets: readonly Wallet[] = [
  ...Array<Wallet>(9).fill(['tok_ok']),
  ...Array<Wallet>(2).fill(['tok_ok', 'cancels']),
  ...Array<Wallet>(2).fill(['tok_declined']),
  ['tok_slow'],
  ['tok_slow', 'cancels'],
  ...Array<Wallet>(2).fill(['tok_flaky']),
  ...Array<Wallet>(2).fill(['tok_commits_late']),
  ['tok_commits_late', 'cancels'],
  ...Array<Wallet>(2).fill(['tok_unknown_then_commits']),
  ['tok_5xx', 'cancels'],
  ['tok_unreachable', 'cancels'],
  REFUSED,
];

/** Customers compete for the scarce SKUs, and order the pair `left` and `right` in opposite orders. */
export const STOCK = { mug: 1_000, left: 6, right: 6, last: 4 };
const baskets: readonly Lines[] = [
  ...Array<Lines>(4).fill([['mug', 2]]),
  [
    ['left', 1],
    ['right', 1],
  ],
  [
    ['right', 1],
    ['left', 1],
  ],
  [
    ['mug', 1],
    ['last', 1],
  ],
];

/** What one customer does. All of it is drawn before the first request, so that it depends on the seed alone. */
const drawIntention = (chance: Chance, shops: readonly Shop[], isRefused: boolean) => {
  const wallet = chance.pick(wallets);
  const [token, reaction = 'waits'] = isRefused ? REFUSED : wallet;
  return {
    ...{ shop: chance.pick(shops), body: createOrderBody(chance.pick(baskets), token), token, reaction },
    sendsTwice: chance.number() < 0.3,
    receives: chance.number() < 0.2 ? chance.int(1, 3) : 0,
    // a read of the stock is what makes a worker count it
    readsStock: chance.number() < 0.3,
    pauseMs: chance.int(0, MAX_PAUSE_MS),
    paysOffline: chance.number() < 0.7,
  };
};
type Intention = ReturnType<typeof drawIntention>;

const place = async ({ shop, body, token, sendsTwice }: Intention, key: string): Promise<Accepted> => {
  const send = () =>
    expectStatus(
      retryUntilAnswered(() => shop.place(body, key)),
      202,
    );
  const [{ id }, ...others] = await Promise.all([send(), ...(sendsTwice ? [send()] : [])]);
  for (const other of others) expect(other.id).toBe(id);
  return { shop, id, token };
};

const cancel = ({ shop, id }: Accepted) =>
  expectStatus(
    retryUntilAnswered(() => shop.cancel(id)),
    202,
    409,
  );

/** Waits until the provider has the money, at most for the timeout: the charge may never be made. */
const waitForCharge = async ({ shop, id }: Accepted) => {
  for (let ms = 0; ms < CHARGE_TIMEOUT_MS; ms += POLL_INTERVAL_MS) {
    const response = await retryUntilAnswered(() => getCharge(shop.tenantId, id));
    if (response.status !== 404 && (await expectStatus(response, 200)).captured > 0) return;
    await sleep(POLL_INTERVAL_MS);
  }
};

const payOffline = async ({ shop, id }: Accepted, key: string) => {
  const order = await expectStatus(
    retryUntilAnswered(() => shop.order(id)),
    200,
  );
  if (order.status !== 'awaiting_payment') return;
  const payment = { ...order.total, reference: key };
  // 409: the payment is too late, or the order is cancelled
  await expectStatus(
    retryUntilAnswered(() => shop.pay(id, payment, key)),
    201,
    409,
  );
};

type Options = {
  readonly seed: number;
  readonly shops: readonly Shop[];
  readonly accepted: Accepted[];
  readonly received: Map<Shop, number>;
  readonly isOver: () => boolean;
};

/** Runs one customer after the other until the run is over. */
const runCustomer = async ({ seed, shops, accepted, received, isOver }: Options, lane: number) => {
  const chance = chanceOf(seed, `customer/${lane}`);
  const drawName = createNameDrawer(chanceOf(seed, `keys/${lane}`).pick);
  for (let n = 0; !isOver(); n += 1) {
    const intention = drawIntention(chance, shops, n % REFUSED_INTERVAL === 0);
    // no other lane has the key
    const key = `${drawName()} ${lane}-${n}`;
    const order = await place(intention, key);
    accepted.push(order);
    if (intention.readsStock)
      await expectStatus(
        retryUntilAnswered(() => intention.shop.stock('mug')),
        200,
      );
    if (intention.receives > 0) {
      const adjustment = { delta: intention.receives, reason: 'received' };
      await expectStatus(
        retryUntilAnswered(() => intention.shop.adjust('last', adjustment, key)),
        201,
      );
      received.set(intention.shop, (received.get(intention.shop) ?? 0) + intention.receives);
    }
    if (intention.reaction === 'cancels once charged') await waitForCharge(order);
    else await sleep(intention.pauseMs);
    if (intention.reaction !== 'waits') await cancel(order);
    else if (intention.paysOffline) await payOffline(order, key);
  }
};

/** Runs customers in parallel lanes until the run is over. */
export const runCustomers = async (options: Options) => {
  await Promise.all(Array.from({ length: host.faults.customers }, (_, lane) => runCustomer(options, lane)));
};
