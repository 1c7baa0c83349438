import { secrets } from '../fixtures/secrets.ts';
import type { Belongings, IdKind, ShownOrder, ShownProduct } from './belongings.ts';
import type { Chance } from './chance.ts';
import type { ClientRequest, SendRequest } from './client.ts';
import type { Tenant } from './customers.ts';
import type { Plan } from './plan.ts';

export const READ_ACTS = [
  ...(['list orders', 'list products', 'list keys', 'list keys as the operator'] as const),
  ...([
    'use a foreign cursor',
    'request a foreign order',
    'request a foreign product',
    'request a foreign key',
  ] as const),
] as const;
export type ReadAct = (typeof READ_ACTS)[number];
export type ReadChore = {
  readonly shop: number;
  readonly atMs: number;
  readonly act: ReadAct;
  /** The number of items of a page. */
  readonly limit: number;
  /** Which of the things that are another tenant's, at least 0 and less than 1. */
  readonly selection: number;
};

type ShownKey = { readonly id: string; readonly createdAt: string };
type ListedOrder = ShownOrder & { readonly history: readonly { readonly at: string }[] };
type Page<T> = { readonly items: readonly T[]; readonly next: string | null };
type PageRequest = { readonly query: string; readonly mayBeRefused?: boolean };
type List<T> = {
  readonly name: string;
  readonly path: (tenant: Tenant) => string;
  readonly bearer: (tenant: Tenant) => string;
  /** What the list sorts by, and what distinguishes its items. */
  readonly sortKeyOf: (item: T) => string;
  readonly idOf: (item: T) => string;
  readonly descending: boolean;
  readonly checkIsOwn: (tenant: Tenant, item: T) => void;
  /** The ids of which every walk that begins now shows each. */
  readonly expectedIds: (tenant: Tenant) => readonly string[];
};

type ForeignRequest = Omit<ClientRequest, 'bearer'> & {
  readonly method: string;
  readonly pathOf: (id: string) => string;
  readonly foreign: string;
  readonly unknown: string;
};

type Options = {
  readonly send: SendRequest;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
  readonly belongings: Belongings;
  readonly report: (invariant: number, message: string) => void;
  /** A restored table lacks what was made in the lost time. */
  readonly wasRestored: () => boolean;
};

const MAX_PAGES = 200;
/** An index is at most a minute behind, while `replica behind` strikes. */
const MAX_LAG_MS = 61_000;
/** Has the form of an id, and is none. */
const UNKNOWN_ID = 'f'.repeat(26);
const UNKNOWN_SKU = 'unknown-sku';

const randomRead = (chance: Chance, { shops, spanMs }: Pick<Plan, 'shops' | 'spanMs'>): ReadChore => ({
  shop: chance.int(0, shops.length - 1),
  // half of them when the orders are placed and old enough to be in every list
  atMs: chance.number() < 0.5 ? chance.int(0, spanMs) : spanMs + chance.int(0, 2 * MAX_LAG_MS),
  act: chance.pick(READ_ACTS),
  limit: chance.pick([1, 2, 3, 5, 10, 100]),
  selection: chance.number(),
});
export const randomReads = (chance: Chance, plan: Pick<Plan, 'shops' | 'spanMs'>): readonly ReadChore[] =>
  Array.from({ length: chance.int(2, 6) }, () => randomRead(chance, plan));

const apiKeyOf = ({ apiKey }: Tenant) => apiKey;
const isSorted = (keys: readonly string[], descending: boolean) =>
  keys.every((key, n) => n === 0 || (descending ? key < (keys[n - 1] ?? '') : key > (keys[n - 1] ?? '')));
/** A page of one item is read only of short lists, so that a walk takes few requests. */
const limitFor = (limit: number, expected: number) => Math.min(100, Math.max(limit, Math.ceil(expected / 8)));

/**
 * Tenants that list what they have, page by page, and request what is another tenant's: they are shown what is their own
 * (invariant 25), and all of it (invariant 26).
 */
export const createReaders = (options: Options) => {
  const { send, sleep, now, belongings, report, wasRestored } = options;
  const counts = Object.fromEntries(READ_ACTS.map((act) => [act, 0])) as Record<ReadAct, number>;

  const keyList: List<ShownKey> = {
    ...{ bearer: apiKeyOf, name: 'keys', path: () => '/v1/keys', descending: true },
    sortKeyOf: ({ createdAt, id }) => `${createdAt}#${id}`,
    idOf: ({ id }) => id,
    checkIsOwn: (tenant, { id }) => belongings.checkId('key', tenant.id, id),
    expectedIds: (tenant) => belongings.idsOf('key', tenant.id, now()),
  };
  const operatorsKeyList: List<ShownKey> = {
    ...{ ...keyList, bearer: () => secrets['operator-key'] },
    path: ({ id }) => `/v1/tenants/${id}/keys`,
  };
  const orderList: List<ListedOrder> = {
    ...{ bearer: apiKeyOf, name: 'orders', path: () => '/v1/orders', descending: true },
    sortKeyOf: ({ history, id }) => `${history[0]?.at}#${id}`,
    idOf: ({ id }) => id,
    checkIsOwn: (tenant, order) => belongings.checkOrder(tenant.id, order),
    expectedIds: (tenant) => belongings.idsOf('order', tenant.id, now() - MAX_LAG_MS),
  };
  const productList: List<ShownProduct> = {
    ...{ bearer: apiKeyOf, name: 'products', path: () => '/v1/products', descending: false },
    ...{ sortKeyOf: ({ sku }) => sku, idOf: ({ sku }) => sku },
    checkIsOwn: (tenant, product) => belongings.checkProduct(tenant.id, product),
    expectedIds: (tenant) => belongings.skusOf(tenant.id, now() - MAX_LAG_MS),
  };

  /** A page, of which every item is the tenant's own; undefined if the request failed. */
  const readPage = async <T>(
    list: List<T>,
    tenant: Tenant,
    { query, mayBeRefused = false }: PageRequest,
  ): Promise<Page<T> | undefined> => {
    const target = `${list.path(tenant)}?${query}`;
    const { status, body } = await send<Page<T>>('GET', target, { bearer: list.bearer(tenant) });
    if (status !== 200) {
      if (status < 500 && !(mayBeRefused && status === 400)) report(17, `GET ${target} was answered with ${status}`);
      return undefined;
    }
    for (const item of body.items) list.checkIsOwn(tenant, item);
    return body;
  };

  const walk = async <T>(list: List<T>, tenant: Tenant, wantedLimit: number) => {
    const expected = wasRestored() ? [] : list.expectedIds(tenant);
    const limit = limitFor(wantedLimit, expected.length);
    const items: T[] = [];
    let query = `limit=${limit}`;
    for (let n = 0; n < MAX_PAGES; n += 1) {
      const page = await readPage(list, tenant, { query });
      if (!page) return false;
      items.push(...page.items);
      if (page.items.length > limit) report(26, `a page of ${list.name} has more items than its limit of ${limit}`);
      if (page.next === null) break;
      query = `limit=${limit}&cursor=${page.next}`;
    }
    const what = `a walk of the ${list.name} of tenant ${tenant.id} by ${limit}`;
    if (!isSorted(items.map(list.sortKeyOf), list.descending))
      report(26, `${what} shows items twice or in another order: ${items.map(list.sortKeyOf).join(', ')}`);
    const shown = new Set(items.map(list.idOf));
    const missing = expected.filter((id) => !shown.has(id));
    if (missing.length > 0 && !wasRestored()) report(26, `${what} lacks ${missing.join(', ')}`);
    return true;
  };

  /** What belongs to another tenant must be answered exactly like what nobody has. */
  const compare = async (
    tenant: Tenant,
    { method, pathOf, foreign, unknown, ...request }: ForeignRequest,
  ): Promise<void> => {
    const sendFor = (id: string) =>
      send<unknown>(method, pathOf(encodeURIComponent(id)), { ...request, bearer: tenant.apiKey });
    const [answer, control] = [await sendFor(foreign), await sendFor(unknown)];
    if (answer.status >= 500 || control.status >= 500) return;
    const [text, expected] = [answer, control].map(({ status, body }) => `${status} ${JSON.stringify(body)}`);
    if (answer.status !== 404 || text !== expected)
      report(25, `${method} ${pathOf(foreign)} was answered to tenant ${tenant.id} with ${text}, not ${expected}`);
  };

  const foreignId = (kind: IdKind, other: Tenant, selection: number) => {
    const ids = belongings.idsOf(kind, other.id, now());
    return ids[Math.floor(selection * ids.length)];
  };

  /** Returns whether there was something to do. */
  const requestForeignOrder = async (tenant: Tenant, other: Tenant, selection: number) => {
    const foreign = foreignId('order', other, selection);
    if (foreign === undefined) return false;
    const ids = { foreign, unknown: UNKNOWN_ID };
    await compare(tenant, { ...ids, method: 'GET', pathOf: (id) => `/v1/orders/${id}` });
    await compare(tenant, { ...ids, method: 'POST', pathOf: (id) => `/v1/orders/${id}/cancel` });
    await compare(tenant, {
      ...{ ...ids, method: 'POST', pathOf: (id: string) => `/v1/orders/${id}/payments` },
      body: { amount: 100, currency: 'EUR', reference: 'not ours' },
      // the key of every offline payment (offline-payments.ts)
      headers: [['idempotency-key', 'payment']],
    });
    return true;
  };
  const requestForeignKey = async (tenant: Tenant, other: Tenant, selection: number) => {
    const foreign = foreignId('key', other, selection);
    if (foreign === undefined) return false;
    await compare(tenant, { foreign, unknown: UNKNOWN_ID, method: 'DELETE', pathOf: (id) => `/v1/keys/${id}` });
    const { status } = await send('GET', `/v1/tenants/${other.id}/keys`, { bearer: tenant.apiKey });
    if (status < 500 && status !== 403) report(25, `tenant ${tenant.id} got ${status} for the keys of ${other.id}`);
    return true;
  };
  const requestForeignProduct = async (tenant: Tenant, other: Tenant, selection: number) => {
    const skus = belongings.skusOf(other.id, now()).filter((sku) => !belongings.sells(tenant.id, sku));
    const foreign = skus[Math.floor(selection * skus.length)];
    if (foreign === undefined) return false;
    const ids = { foreign, unknown: UNKNOWN_SKU };
    await compare(tenant, { ...ids, method: 'GET', pathOf: (sku) => `/v1/products/${sku}` });
    await compare(tenant, { ...ids, method: 'GET', pathOf: (sku) => `/v1/inventory/${sku}` });
    return true;
  };

  /** The cursor of the first page of one of the tenant's lists; undefined if the list has no second page. */
  const readCursor = async <T>(list: List<T>, tenant: Tenant) =>
    (await readPage(list, tenant, { query: 'limit=1' }))?.next ?? undefined;

  /** Reads a page of every list with a cursor of the other tenant, or with one of another list. */
  const useForeignCursor = async (tenant: Tenant, other: Tenant | undefined, { limit, selection }: ReadChore) => {
    const source = other ?? tenant;
    const isOfOrders = selection < 0.5;
    const text = await (isOfOrders ? readCursor(orderList, source) : readCursor(productList, source));
    if (text === undefined) return false;
    const cursor = { list: isOfOrders ? orderList.name : productList.name, text };
    const query = `limit=${limit}&cursor=${cursor.text}`;
    // a cursor of another list is refused, and one of another tenant's is only a place in the tenant's own list
    const read = <T>(list: List<T>) => readPage(list, tenant, { query, mayBeRefused: list.name !== cursor.list });
    await read(orderList);
    await read(productList);
    await read(keyList);
    return true;
  };

  type Act = (tenant: Tenant, other: Tenant | undefined, chore: ReadChore) => Promise<boolean>;
  const walkOf =
    <T>(list: List<T>): Act =>
    (tenant, _, { limit }) =>
      walk(list, tenant, limit);
  const requestOf =
    (request: typeof requestForeignOrder): Act =>
    async (tenant, other, { selection }) =>
      other !== undefined && (await request(tenant, other, selection));
  const acts: Readonly<Record<ReadAct, Act>> = {
    'list orders': walkOf(orderList),
    'list products': async (tenant, other, { limit }) =>
      // equal requests of two tenants, one after the other
      (await walk(productList, tenant, limit)) && (!other || (await walk(productList, other, limit))),
    'list keys': walkOf(keyList),
    'list keys as the operator': walkOf(operatorsKeyList),
    'use a foreign cursor': useForeignCursor,
    'request a foreign order': requestOf(requestForeignOrder),
    'request a foreign product': requestOf(requestForeignProduct),
    'request a foreign key': requestOf(requestForeignKey),
  };

  return {
    /** How often each act found something to read, and was answered. */
    counts: counts as Readonly<Record<ReadAct, number>>,
    /** Resolves once every read is done or given up. */
    async carryOut(chores: readonly ReadChore[], tenants: readonly Tenant[]) {
      const doChore = async (chore: ReadChore) => {
        await sleep(chore.atMs);
        const tenant = tenants[chore.shop] as Tenant;
        const other = tenants.find((candidate) => candidate !== tenant);
        if (await acts[chore.act](tenant, other, chore)) counts[chore.act] += 1;
      };
      await Promise.all(chores.map(doChore));
    },
  };
};
