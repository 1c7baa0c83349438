import { createNameDrawer } from '../fixtures/nasty-names.ts';
import { type Chance, chanceOf } from './chance.ts';
import { tagOf } from './emails.ts';
import { type KeyChore, randomKeyChores } from './key-holders.ts';
import type { Policy } from './levers.ts';
import { type ReadChore, randomReads } from './readers.ts';

export type Product = { readonly sku: string; readonly price: number; readonly stock: number; readonly shards: number };
export type Shop = {
  readonly name: string;
  /** The id of its tenant, if it is not the product that chooses it. */
  readonly id?: string | undefined;
  readonly currency: string;
  readonly products: readonly Product[];
};
/** What a customer does after the order is placed, and how long after the previous action. */
export type FollowUp = {
  readonly act: 'nothing' | 'cancel' | 'pay' | 'pay wrongly' | 'callback' | 'read' | 'order again';
  readonly afterMs: number;
};
export type Purchase = {
  readonly shop: number;
  readonly atMs: number;
  readonly key: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly token: string;
  /** The customer's address, if it is not one of the purchase's own. */
  readonly email?: string | undefined;
  readonly afterwards: readonly FollowUp[];
};
/** A shopkeeper's action. */
export type Chore = {
  readonly shop: number;
  readonly atMs: number;
  readonly sku: string;
  readonly act:
    | { readonly kind: 'adjust'; readonly delta: number; readonly key: string; readonly times: number }
    | { readonly kind: 'shards'; readonly shards: number }
    | { readonly kind: 'count'; readonly times: number };
};
/** Everything that clients do in one run. */
export type Plan = {
  readonly shops: readonly Shop[];
  readonly purchases: readonly Purchase[];
  readonly chores: readonly Chore[];
  /** What tenants do with their API keys. Absent in regressions that were stored before there were any. */
  readonly keyChores?: readonly KeyChore[] | undefined;
  /** What tenants list and request, also what is not theirs. Absent in regressions that were stored before there were any. */
  readonly reads?: readonly ReadChore[] | undefined;
  /** The policy of each shop, null for the default. Absent in regressions that were stored before there were any. */
  readonly policies?: readonly (Policy | null)[] | undefined;
  /** The time in which purchases start and faults strike. */
  readonly spanMs: number;
};

/** Currencies with 0, 2, 3 and 4 decimals, of which a dollar buys from less than one to a million, and the largest total of an order. */
export const MAX_TOTALS: Readonly<Record<string, number>> = {
  ...{ EUR: 1e7, USD: 1e7, JPY: 1e7, UGX: 1e9, HUF: 1e10, IDR: 1e11, IRR: 1e13, KWD: 1e7, IQD: 1e11, CLF: 1e7 },
};
/** The share of products that cost as much as an order may total. */
const MAX_PRICE_SHARE = 0.1;

const MINUTE = 60_000;
/** The limit for a run without a requested number of orders. */
const MAX_ORDERS = 40;
/** With these tokens the provider never answers. */
export const HOPELESS_TOKENS: readonly string[] = ['tok_5xx', 'tok_unreachable'];
const TOKENS = [
  ...Array.from({ length: 12 }, () => 'tok_ok'),
  ...['tok_slow', 'tok_flaky', 'tok_commits_late', 'tok_unknown_then_commits', 'tok_refund_refused'],
  ...HOPELESS_TOKENS,
];
const ACTS = [
  ...(['nothing', 'nothing', 'nothing', 'nothing', 'cancel', 'cancel', 'cancel', 'pay', 'pay', 'pay wrongly'] as const),
  ...(['callback', 'callback', 'callback', 'callback', 'read', 'order again'] as const),
];

const randomShop = (chance: Chance, size: number): Shop => {
  const drawName = createNameDrawer(chance.pick);
  const [currency, maxTotal] = chance.pick(Object.entries(MAX_TOTALS));
  return {
    name: drawName(),
    currency,
    products: Array.from({ length: chance.int(1, 3) }, () => ({
      sku: drawName(),
      price: chance.number() < MAX_PRICE_SHARE ? maxTotal : chance.int(100, 5_000),
      stock: chance.pick([3, 20, 60, 150]) * size,
      shards: chance.pick([1, 1, 2, 4, 8]),
    })),
  };
};

const randomLines = (chance: Chance, { products }: Shop) => {
  const selected = products.filter(() => chance.number() < 0.6);
  const wanted = selected.length > 0 ? selected : [chance.pick(products)];
  const ordered = chance.number() < 0.5 ? wanted.toReversed() : wanted;
  return ordered.map(({ sku }) => ({ sku, quantity: chance.pick([1, 1, 1, 2, 3, 5]) }));
};

const randomPolicy = (chance: Chance): Policy | null => {
  const policy = {
    offlineAfterMinutes: chance.pick([0, 0, 1, 2, null]),
    giveWayAfterMinutes: chance.pick([null, null, 0, 1, 3]),
  };
  return chance.number() < 0.3 ? null : policy;
};

/** An address of the bombed mailbox: each order spells it differently, as somebody would who evades a limit. */
const bombedAddress = (chance: Chance, key: string) =>
  `${chance.pick(['victim', 'Victim', 'VICTIM'])}+${tagOf(key)}@${chance.pick(['bombed.example', 'BOMBED.Example'])}`;

/** All shops of some seeds send mails to one mailbox, by a part of their purchases. */
const withBombing = (seed: number, purchases: readonly Purchase[]): readonly Purchase[] => {
  const chance = chanceOf(seed, 'bombing');
  const share = chance.pick([0, 0, 0.4, 0.9]);
  return purchases.map((purchase) =>
    chance.number() < share ? { ...purchase, email: bombedAddress(chance, purchase.key) } : purchase,
  );
};

/** The share of seeds with scattered stock. */
const SCATTERED_SHARE = 0.3;
const SCATTERED = { products: 3, units: 12, wanted: 10, shards: 2, raisedTo: 16 };

/**
 * Some seeds have products of which one order wants nearly all units while their shards are raised: a reader that takes what it sees for
 * all there is sees too little.
 */
const withScatteredStock = (seed: number, plan: Plan): Plan => {
  const chance = chanceOf(seed, 'scattered stock');
  if (chance.number() >= SCATTERED_SHARE) return plan;
  const { products, units, wanted, shards, raisedTo } = SCATTERED;
  const scattered = Array.from({ length: products }, (_, n) => ({
    sku: `scattered.${n}`,
    atMs: Math.floor((chance.number() * 0.6 + 0.1) * plan.spanMs),
    // the stock is held some hundred milliseconds after the order is placed
    raisedAfterMs: chance.int(0, 800),
  }));
  return {
    ...plan,
    shops: plan.shops.map((shop, n) =>
      n > 0
        ? shop
        : {
            ...shop,
            products: [...shop.products, ...scattered.map(({ sku }) => ({ sku, price: 100, stock: units, shards }))],
          },
    ),
    purchases: [
      ...plan.purchases,
      ...scattered.map(({ sku, atMs }) => ({
        ...{ shop: 0, atMs, key: `order of ${sku}`, token: 'tok_ok', afterwards: [] },
        lines: [{ sku, quantity: wanted }],
      })),
    ],
    chores: [
      ...plan.chores,
      ...scattered.map(({ sku, atMs, raisedAfterMs }) => ({
        ...{ shop: 0, atMs: atMs + raisedAfterMs, sku },
        act: { kind: 'shards' as const, shards: raisedTo },
      })),
    ],
  };
};

/** The share of seeds with one shop that get another one beside it. */
const NEIGHBOUR_SHARE = 0.6;
/** One is the beginning of the other. */
const NESTED_IDS = ['a', 'ab'];
const MAX_EQUAL_KEYS = 1;

/** A shop with as many products as the first one. Their SKUs are those of the first one, or say whose they are. */
const neighbourOf = (chance: Chance, { name, products }: Shop): Shop => {
  const hasEqualSkus = chance.number() < 0.5;
  return {
    name: `${name}, next door`,
    currency: chance.pick(Object.keys(MAX_TOTALS)),
    products: products.map((product, n) => ({
      ...product,
      sku: hasEqualSkus ? product.sku : `neighbour.${n}`,
      price: chance.int(100, 5_000),
    })),
  };
};

/**
 * In many seeds a second shop takes over half of what the first one does, with equal SKUs or equal idempotency keys. In half of those
 * with several shops the id of one tenant is the beginning of another's.
 */
const withNeighbour = (seed: number, plan: Plan, mayAddOrders: boolean): Plan => {
  const chance = chanceOf(seed, 'neighbours');
  const withIds = (shops: readonly Shop[]): readonly Shop[] =>
    shops.length < 2 || chance.number() < 0.5 ? shops : shops.map((shop, n) => ({ ...shop, id: NESTED_IDS[n] }));
  const [first] = plan.shops;
  if (!first || plan.shops.length > 1 || chance.number() >= NEIGHBOUR_SHARE)
    return { ...plan, shops: withIds(plan.shops) };

  const neighbour = neighbourOf(chance, first);
  const skus = new Map(first.products.map(({ sku }, n) => [sku, neighbour.products[n]?.sku ?? sku]));
  const toSku = (sku: string) => skus.get(sku) ?? sku;
  const purchaseAtNeighbour = (purchase: Purchase): Purchase => ({
    ...{ ...purchase, shop: 1 },
    lines: purchase.lines.map(({ sku, quantity }) => ({ sku: toSku(sku), quantity })),
  });
  const choreAtNeighbour = (chore: Chore): Chore => ({ ...chore, shop: 1, sku: toSku(chore.sku) });
  const share = <T>(values: readonly T[], atNeighbour: (value: T) => T): readonly T[] =>
    values.map((value) => (chance.number() < 0.5 ? atNeighbour(value) : value));
  const repeated = mayAddOrders ? MAX_EQUAL_KEYS : 0;
  const purchases = share(plan.purchases, purchaseAtNeighbour);
  return {
    ...plan,
    shops: withIds([first, neighbour]),
    purchases: [
      ...purchases,
      ...purchases
        .filter(({ shop }) => shop === 0)
        .slice(0, repeated)
        .map(purchaseAtNeighbour),
    ],
    chores: [...share(plan.chores, choreAtNeighbour), ...plan.chores.slice(0, repeated).map(choreAtNeighbour)],
    keyChores: share(plan.keyChores ?? [], (chore) => ({ ...chore, shop: 1 })),
    policies: [...(plan.policies ?? [null]), randomPolicy(chance)],
  };
};

/** The share of seeds with a flood. */
const FLOOD_SHARE = 0.01;
/** The orders beside a flood, so that such a run is not too long. */
const MAX_ORDERS_BESIDE_FLOOD = 8;

/** In some seeds one shop sends 50 to 100 orders at once, while the others go on. */
const withFlood = (seed: number, plan: Plan): Plan => {
  const chance = chanceOf(seed, 'flood');
  const { sku } = chance.pick((plan.shops[0] as Shop).products);
  if (chance.number() >= FLOOD_SHARE) return plan;
  const flood = Array.from({ length: chance.int(50, 100) }, (_, n) => ({
    ...{ shop: 0, atMs: Math.floor(plan.spanMs / 4), key: `flood ${n}`, token: 'tok_ok', afterwards: [] },
    lines: [{ sku, quantity: 1 }],
  }));
  return { ...plan, purchases: [...plan.purchases.slice(0, MAX_ORDERS_BESIDE_FLOOD), ...flood] };
};

/** The plan of a seed. The order in which it uses random numbers is part of every seed's trace. */
export const planOf = (seed: number, orders?: number): Plan => {
  const chance = chanceOf(seed, 'plan');
  // more orders get more stock, so that a long run sells the same share of its orders as a short one
  const size = Math.max(1, Math.round((orders ?? 0) / MAX_ORDERS));
  const shops = Array.from({ length: chance.pick([1, 1, 2]) }, () => randomShop(chance, size));
  const count = orders ?? chance.int(5, MAX_ORDERS);
  const spanMs = chance.int(1, 5) * MINUTE * Math.max(1, count / MAX_ORDERS);
  const drawKey = createNameDrawer(chance.pick);
  const purchases = Array.from({ length: count }, (): Purchase => {
    const shop = chance.int(0, shops.length - 1);
    return {
      shop,
      // about a third start at the same moment, to compete for the same items
      atMs: Math.floor(chance.number() < 0.3 ? spanMs / 4 : chance.number() * spanMs * 0.8),
      key: drawKey(),
      lines: randomLines(chance, shops[shop] as Shop),
      token: chance.pick(TOKENS),
      afterwards: Array.from({ length: chance.int(1, 2) }, () => ({
        act: chance.pick(ACTS),
        // half of them follow while the order's saga is running
        afterMs: chance.number() < 0.5 ? chance.int(0, 500) : Math.floor(chance.number() ** 2 * 3 * MINUTE),
      })),
    };
  });
  const drawAdjustmentKey = createNameDrawer(chance.pick);
  const chores = Array.from({ length: chance.int(4, 20) }, (_, n): Chore => {
    const shop = chance.int(0, shops.length - 1);
    const acts: readonly Chore['act'][] = [
      // the key of an order: each route has keys of its own
      {
        ...{ kind: 'adjust', delta: chance.int(-10, 25) || 1, times: chance.int(1, 2) },
        key: purchases[n]?.key ?? drawAdjustmentKey(),
      },
      { kind: 'shards', shards: chance.pick([2, 4, 8, 16]) },
      { kind: 'count', times: 1 },
      { kind: 'count', times: 5 },
    ];
    const { sku } = chance.pick((shops[shop] as Shop).products);
    // half of them fall into the rush of purchases
    const atMs = chance.number() < 0.5 ? spanMs / 4 + chance.int(0, 1_500) : chance.number() * spanMs;
    return { shop, atMs: Math.floor(atMs), sku, act: chance.pick(acts) };
  });
  const keyChores = randomKeyChores(chanceOf(seed, 'keys'), shops.length, spanMs);
  const policyChance = chanceOf(seed, 'policies');
  const policies = shops.map(() => randomPolicy(policyChance));
  const basicPlan = { shops, purchases, chores, keyChores, policies, spanMs };
  const shared = withNeighbour(seed, basicPlan, orders === undefined);
  const plan = {
    ...shared,
    purchases: withBombing(seed, shared.purchases),
    reads: randomReads(chanceOf(seed, 'reads'), shared),
  };
  // a requested number of orders is exact
  return orders === undefined ? withScatteredStock(seed, withFlood(seed, plan)) : plan;
};
