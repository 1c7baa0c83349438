import type { Row } from '../../ops/audit/table-audit.ts';
import { secrets } from '../fixtures/secrets.ts';
import type { Belongings, ShownOrder } from './belongings.ts';
import type { ClientResponse, RequestSteps, SendRequest } from './client.ts';
import { emailOf } from './emails.ts';
import type { Faults } from './faults.ts';
import { createKeyedSender, type KeyedRequest } from './keyed-requests.ts';
import { putPolicy, type RegisterTenant } from './levers.ts';
import { createOfflinePayer, FINAL_STATUSES } from './offline-payments.ts';
import { createOrderBook } from './order-book.ts';
import { type Chore, MAX_TOTALS, type Plan, type Purchase, type Shop } from './plan.ts';
import type { Provider } from './provider.ts';
import type { Timeline } from './timeline.ts';

export type Tenant = { readonly id: string; readonly apiKey: string };
export type Money = { readonly amount: number; readonly currency: string };
export type Order = ShownOrder & {
  readonly status: string;
  readonly total: Money;
  /** How it can be paid offline; absent while it waits for the provider. */
  readonly instructions?: unknown;
};
export type Refused = { readonly code?: string; readonly detail?: string };
type StockCount = {
  readonly available: number;
  readonly taken: number;
  readonly held?: number;
  readonly sold?: number;
  readonly approximate?: true;
};

type Options = {
  readonly plan: Plan;
  readonly send: SendRequest;
  readonly faults: Faults;
  readonly provider: Provider;
  readonly sleep: (ms: number) => Promise<void>;
  readonly timeline: Pick<Timeline, 'valuesDuring'>;
  readonly belongings: Belongings;
  readonly registerTenant: RegisterTenant;
  /** Observers of what customers do and may do. */
  readonly watch: {
    readonly report: (invariant: number, message: string) => void;
    readonly onCustomerCancels: (tenantId: string, orderId: string) => void;
    readonly isPayable: (tenantId: string, orderId: string) => boolean;
  };
};

/** Some declines are false: the provider captures at the next call for the key. */
const declinedToken = (force: number) => (force < FALSE_SHARE ? 'tok_declines_then_captures' : 'tok_declined');
const FALSE_SHARE = 0.3;
const maxTotalOf = (currency: string) => MAX_TOTALS[currency] ?? 0;
const COUNT_INTERVAL_MS = 200;
const MAX_OPENINGS = 20;

/** The clients outside: shopkeepers and their customers, who act independently and concurrently. */
export const createCustomers = (options: Options) => {
  const { plan, send, faults, provider, sleep, timeline, watch, belongings, registerTenant } = options;
  const { report } = watch;
  const book = createOrderBook();
  const lastStatuses = new Map<string, string>();
  const sendKeyed = createKeyedSender({ send, report });

  /** The register must have had the answer's value between request and answer. */
  const checkLinearizable = (register: string, value: string | number, steps: RequestSteps) => {
    const values = timeline.valuesDuring(register, steps);
    if (!values.includes(value))
      report(14, `an answer had ${register} as ${value}, when it was ${values.join(' or ')}`);
  };
  /** Every request is valid, so an answer of 4xx other than a declared conflict takes one of its names for something else. */
  const checkNotRefused = (request: string, { status }: { readonly status: number }) => {
    if (status >= 400 && status < 500 && status !== 409) report(17, `${request} was answered with ${status}`);
  };
  /** A final status that one answer has shown must not change in a later answer. */
  const checkOrder = (tenant: string, { status: code, body, ...steps }: ClientResponse<Order>) => {
    if (code >= 300) return;
    const { id, status } = body;
    belongings.checkOrder(tenant, body);
    checkLinearizable(`orders#${tenant}#order#${id}`, status, steps);
    const before = lastStatuses.get(id);
    if (before !== undefined && FINAL_STATUSES.includes(before) && status !== before)
      report(9, `an answer had order ${id} as ${before}, a later one as ${status}`);
    lastStatuses.set(id, status);
  };

  /** Puts a product, after prices that must be refused: one that no order could hold, and one in a currency that is not active. */
  const putProduct = async (
    { id, apiKey: bearer }: Tenant,
    { sku, amount, currency }: Money & { readonly sku: string },
  ) => {
    const put = (price: Money) =>
      send<Refused>('PUT', `/v1/products/${encodeURIComponent(sku)}`, { bearer, body: { name: sku, price } });
    for (const price of [
      { amount: maxTotalOf(currency) + 1, currency },
      { amount, currency: 'HRK' },
    ])
      if ((await put(price)).status < 300) report(15, `a product may cost ${price.amount} ${price.currency}`);
    const { status, body } = await put({ amount, currency });
    if (status === 422) report(15, `a product must not cost ${amount} ${currency}: ${body.detail}`);
    if (status < 300) belongings.addProduct(id, sku);
  };

  /** What the contract allows is taken, and nothing else. */
  const checkTaken = ({ key, lines }: Purchase, shop: Shop, { status, body }: ClientResponse<Refused>) => {
    if (status >= 500 || body.code === 'key_reused') return;
    const priceOf = (sku: string) => shop.products.find((product) => product.sku === sku)?.price ?? 0;
    const total = lines.reduce((sum, { sku, quantity }) => sum + quantity * priceOf(sku), 0);
    const isAllowed = total <= maxTotalOf(shop.currency);
    if (isAllowed !== (status === 202))
      report(15, `${key} for ${total} ${shop.currency} was answered with ${status}: ${body.detail}`);
  };

  /** The operator sends the request twice under one key, and another one too. A tenant whose API key no answer has is given up. */
  const openTenant = async (name: string): Promise<Tenant> => {
    for (let n = 0; n < MAX_OPENINGS; n += 1) {
      const key = `${name}, try ${n}`;
      const request = { scope: 'tenants', key, target: '/v1/tenants', bearer: secrets['operator-key'] };
      const names = [key, key, `${key}?`];
      const answers = await Promise.all(names.map((name) => sendKeyed<Tenant>({ ...request, body: { name } })));
      const created = answers.filter(({ status, body }) => status === 201 && body.apiKey !== undefined);
      if (created.length > 1) report(16, `${created.length} answers have an API key of ${key}`);
      if (created[0]) return created[0].body;
    }
    throw new Error(`no answer has the API key of ${name}`);
  };

  const adjust = async ({ id }: Tenant, request: KeyedRequest) => {
    const response = await sendKeyed(request);
    if (response.status === 201) belongings.add('adjustment', id, response.body.id);
    return response;
  };

  const openShops = async (): Promise<readonly Tenant[]> => {
    const tenants: Tenant[] = [];
    for (const shop of plan.shops) {
      const { name, id, currency, products } = shop;
      const tenant = id === undefined ? await openTenant(name) : await registerTenant(id, `${name} (${id})`);
      const bearer = tenant.apiKey;
      belongings.openShop(tenant.id, shop);
      for (const { sku, price, stock, shards } of products) {
        await putProduct(tenant, { sku, amount: price, currency });
        const stockPath = `/v1/inventory/${encodeURIComponent(sku)}`;
        const body = { delta: stock, reason: 'received' };
        const adjustment = { scope: `adjustments of ${tenant.id}`, key: `first ${sku}`, bearer, body };
        checkNotRefused(`stock of ${sku}`, await adjust(tenant, { ...adjustment, target: `${stockPath}/adjustments` }));
        if (shards > 1) checkNotRefused(`shards of ${sku}`, await send('PUT', stockPath, { bearer, body: { shards } }));
      }
      const policy = plan.policies?.[tenants.length];
      if (policy) checkNotRefused('a policy', { status: await putPolicy(send, tenant.id, policy) });
      tenants.push(tenant);
    }
    return tenants;
  };

  const placeOrder = async (purchase: Purchase, tenant: Tenant, { blank = '', lines = purchase.lines } = {}) => {
    const { id: tenantId, apiKey: bearer } = tenant;
    const { key, token, email = emailOf(key, tenantId) } = purchase;
    // each key has an address of its own, so that the table shows which orders were placed with the key
    const bodyWith = (text: string) => ({ lines, customer: { email: text }, payment: { token } });
    const response = await sendKeyed<Order & Refused>({
      ...{ scope: `orders of ${tenantId}`, key, target: '/v1/orders', bearer },
      ...{ body: bodyWith(email), notation: bodyWith(blank + email + blank) },
    });
    checkTaken({ ...purchase, lines }, plan.shops[purchase.shop] as Shop, response);
    const { status, body } = response;
    if (status !== 202) return undefined;
    const known = book.find(tenantId, key);
    if (known && known.id !== body.id) report(4, `${key} was answered with orders ${known.id} and ${body.id}`);
    book.add({ tenantId, id: body.id, key }, { purchase, tenant });
    belongings.add('order', tenantId, body.id);
    checkOrder(tenantId, response);
    return body;
  };

  const readOrder = async (id: string, { id: tenantId, apiKey: bearer }: Tenant) => {
    const response = await send<Order>('GET', `/v1/orders/${id}`, { bearer });
    const { status, body } = response;
    if (status === 404 && book.isLost(id)) return undefined;
    if (status === 404) report(8, `order ${id} was accepted, and is not found`);
    if (status !== 200) return undefined;
    checkOrder(tenantId, response);
    return body;
  };

  const payOffline = createOfflinePayer({
    ...{ sendKeyed, sleep, watch },
    readStatus: async (id, tenant) => (await readOrder(id, tenant)) ?? { status: '' },
    checkOrder: (tenantId, response) => checkOrder(tenantId, response),
  });

  const cancel = async ({ id: tenantId, apiKey: bearer }: Tenant, id: string) => {
    watch.onCustomerCancels(tenantId, id);
    checkOrder(tenantId, await send<Order>('POST', `/v1/orders/${id}/cancel`, { bearer }));
  };

  const buy = async (plannedPurchase: Purchase, tenant: Tenant) => {
    await sleep(plannedPurchase.atMs);
    const decline = faults.strike('decline', plannedPurchase.token);
    const purchase = decline === undefined ? plannedPurchase : { ...plannedPurchase, token: declinedToken(decline) };
    const misdeeds = provider.plan(purchase.token);
    const order = await placeOrder(purchase, tenant);
    if (!order) return;
    provider.act(misdeeds, tenant, order);
    for (const { act, afterMs } of purchase.afterwards) {
      await sleep(afterMs);
      const { amount } = order.total;
      const reference = purchase.key;
      if (act === 'cancel') await cancel(tenant, order.id);
      if (act === 'pay') await payOffline(order, tenant, { amount, reference });
      if (act === 'pay wrongly') await payOffline(order, tenant, { amount: amount + 1, reference });
      if (act === 'callback') await provider.sendCallback(order, tenant);
      if (act === 'read') await readOrder(order.id, tenant);
      if (act === 'order again') {
        const lines = purchase.lines.map(({ sku, quantity }) => ({ sku, quantity: quantity + 1 }));
        const again = placeOrder(purchase, tenant, { blank: ' ' });
        // a lost order would be another one with these lines
        await Promise.all([again, ...(book.isLost(order.id) ? [] : [placeOrder(purchase, tenant, { lines })])]);
      }
    }
    await readOrder(order.id, tenant);
  };

  const countStock = async (sku: string, { id, apiKey: bearer }: Tenant) => {
    const response = await send<StockCount>('GET', `/v1/inventory/${encodeURIComponent(sku)}`, { bearer });
    const { available, taken, held = taken, sold = 0, approximate } = response.body;
    if (response.status !== 200 || approximate) return;
    checkLinearizable(`${id}/${sku}`, available, response);
    checkLinearizable(`${id}/${sku} received`, available + taken, response);
    if (held < 0 || sold < 0 || held + sold !== taken)
      report(14, `an answer had ${held} units of ${id}/${sku} held and ${sold} sold, of ${taken} that are taken`);
  };

  const doChore = async ({ atMs, sku, act }: Chore, tenant: Tenant) => {
    const bearer = tenant.apiKey;
    await sleep(atMs);
    const path = `/v1/inventory/${encodeURIComponent(sku)}`;
    for (let n = 0; act.kind === 'count' && n < act.times; n += 1) {
      await countStock(sku, tenant);
      await sleep(COUNT_INTERVAL_MS);
    }
    if (act.kind === 'shards') await send('PUT', path, { bearer, body: { shards: act.shards } });
    if (act.kind !== 'adjust') return;
    const body = { delta: act.delta, reason: act.delta > 0 ? 'received' : 'lost' };
    const request = { scope: `adjustments of ${tenant.id}`, key: act.key, target: `${path}/adjustments`, bearer };
    await Promise.all(Array.from({ length: act.times }, () => adjust(tenant, { ...request, body })));
    const target = '/v1/inventory/another-sku/adjustments';
    await Promise.all([
      adjust(tenant, { ...request, body }),
      adjust(tenant, { ...request, body: { ...body, delta: body.delta + 100 } }),
      adjust(tenant, { ...request, target, body }),
    ]);
  };

  return {
    accepted: book.accepted,
    openShops,
    cancel,
    /** The table was restored to this. */
    onRestore(rows: readonly Row[]) {
      book.onRestore(rows);
      lastStatuses.clear();
      sendKeyed.forget();
    },
    /** Resolves once everybody who comes back has repeated the order with its key. */
    comeBack: () => book.comeBack(sleep, ({ purchase, tenant }) => placeOrder(purchase, tenant)),
    /** Resolves once every purchase and chore of the plan is done or given up. */
    async carryOutPlan(tenants: readonly Tenant[]) {
      const tenantOf = (shop: number) => tenants[shop] as Tenant;
      await Promise.all([
        ...plan.purchases.map((purchase) => buy(purchase, tenantOf(purchase.shop))),
        ...plan.chores.map((chore) => doChore(chore, tenantOf(chore.shop))),
      ]);
    },
  };
};
export type Customers = ReturnType<typeof createCustomers>;
