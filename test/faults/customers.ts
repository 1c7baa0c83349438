import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { chargeOf, type Lines, orderOf } from '../acceptance/client.ts';
import { host } from '../acceptance/host.ts';
import type { Shop } from '../acceptance/shop.ts';
import { type Chance, chanceOf } from '../sim/chance.ts';
import { persist } from './persist.ts';

/** An order of which the customer was told that it is taken on. */
export type Accepted = { readonly shop: Shop; readonly id: string; readonly token: string };
type Wallet = readonly [token: string, patience?: 'waits' | 'cancels' | 'cancels once charged'];

const HURRY_MS = 2_500;
const CHARGED_WITHIN_MS = 8_000;
const LOOK_MS = 400;

/** In time only with luck: the first at every door tries it. */
const REFUSED: Wallet = ['tok_refund_refused', 'cancels once charged'];

/** How often each token is used, by how many lines it has here. What never tells how it ended is cancelled, not waited for. */
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

/** Scarce ones are fought for: pairs are asked for in opposite orders. */
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

/** What one customer does, all of it drawn before anything is asked. */
const intention = (chance: Chance, shops: readonly Shop[], first: boolean) => {
  const wallet = chance.pick(wallets);
  const [token, patience = 'waits'] = first ? REFUSED : wallet;
  return {
    ...{ shop: chance.pick(shops), body: orderOf(chance.pick(baskets), token), token, patience },
    asksTwice: chance.number() < 0.3,
    delivers: chance.number() < 0.2 ? chance.int(1, 3) : 0,
    hurryMs: chance.int(0, HURRY_MS),
    paysOtherwise: chance.number() < 0.7,
  };
};
type Intention = ReturnType<typeof intention>;

const place = async ({ shop, body, token, asksTwice }: Intention, key: string): Promise<Accepted> => {
  const all = await Promise.all(Array.from({ length: asksTwice ? 2 : 1 }, () => persist(() => shop.place(body, key))));
  for (const { status, body: order } of all)
    expect({ status, id: order.id }).toEqual({ status: 202, id: all[0]?.body.id });
  return { shop, id: all[0]?.body.id ?? '', token };
};

const cancel = async ({ shop, id }: Accepted) =>
  expect([202, 409]).toContain((await persist(() => shop.cancel(id))).status);

/** Until the provider has the money, or a while has passed: its charge may never be made. */
const charged = async ({ shop, id }: Accepted) => {
  for (let ms = 0; ms < CHARGED_WITHIN_MS; ms += LOOK_MS) {
    const { status, body } = await persist(() => chargeOf(shop.tenantId, id));
    if (status === 200 && body.captured > 0) return;
    await sleep(LOOK_MS);
  }
};

const payOtherwise = async ({ shop, id }: Accepted, key: string) => {
  const { body } = await persist(() => shop.order(id));
  if (body.status !== 'awaiting_payment') return;
  const paid = await persist(() => shop.pay(id, { ...body.total, reference: 'bank transfer' }, key));
  // it may have been too late, or cancelled
  expect([201, 409]).toContain(paid.status);
};

type Options = {
  readonly seed: number;
  readonly shops: readonly Shop[];
  readonly accepted: Accepted[];
  readonly delivered: Map<Shop, number>;
  readonly over: () => boolean;
};

/** One customer after the other, until it is over. */
const queue = async ({ seed, shops, accepted, delivered, over }: Options, door: number) => {
  const chance = chanceOf(seed, `customer/${door}`);
  for (let n = 0; !over(); n += 1) {
    const wants = intention(chance, shops, n === 0);
    const key = `${door}-${n}`;
    const order = await place(wants, key);
    accepted.push(order);
    if (wants.delivers > 0) {
      const adjustment = { delta: wants.delivers, reason: 'received' };
      const { status } = await persist(() => wants.shop.adjust('last', adjustment, key));
      expect(status).toBe(201);
      delivered.set(wants.shop, (delivered.get(wants.shop) ?? 0) + wants.delivers);
    }
    if (wants.patience === 'cancels once charged') await charged(order);
    else await sleep(wants.hurryMs);
    if (wants.patience !== 'waits') await cancel(order);
    else if (wants.paysOtherwise) await payOtherwise(order, key);
  }
};

/** Customers at all doors at once, until it is over. */
export const serve = async (options: Options) => {
  await Promise.all(Array.from({ length: host.faults.customers }, (_, door) => queue(options, door)));
};
