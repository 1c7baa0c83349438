import { sign } from '#payments/http/signature';
import { secrets } from '../fixtures/secrets.ts';
import type { ClientResponse, RequestSteps, SendRequest } from './client.ts';
import { emailOf } from './emails.ts';
import type { Faults } from './faults.ts';
import { createKeyedSender } from './keyed-requests.ts';
import { type Chore, MAX_TOTALS, type Plan, type Purchase, type Shop } from './plan.ts';
import type { Timeline } from './timeline.ts';

export type Tenant = { readonly id: string; readonly apiKey: string };
type Money = { readonly amount: number; readonly currency: string };
type Order = { readonly id: string; readonly status: string; readonly total: Money };
type Refused = { readonly code?: string; readonly detail?: string };
type StockCount = { readonly available: number; readonly approximate?: true };
type OfflinePayment = { readonly amount: number; readonly reference: string };
type Charge = Money & { readonly key: string; readonly status: string };

/** An order that an answer has accepted. */
export type AcceptedOrder = { readonly tenantId: string; readonly id: string; readonly key: string };

type Options = {
  readonly plan: Plan;
  readonly send: SendRequest;
  readonly faults: Faults;
  readonly sleep: (ms: number) => Promise<void>;
  readonly timeline: Pick<Timeline, 'valuesDuring'>;
  readonly now: () => number;
  readonly report: (invariant: number, message: string) => void;
};

const FINAL_STATUSES = ['confirmed', 'cancelled'];
const SECOND = 1_000;
const maxTotalOf = (currency: string) => MAX_TOTALS[currency] ?? 0;
const MAX_POLLS = 40;
const COUNT_INTERVAL_MS = 200;
const MAX_OPENINGS = 20;

/** The clients outside: shopkeepers and their customers, who act independently and concurrently. */
export const createCustomers = ({ plan, send, faults, sleep, timeline, now, report }: Options) => {
  const accepted: AcceptedOrder[] = [];
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
    checkLinearizable(`orders#${tenant}#order#${id}`, status, steps);
    const before = lastStatuses.get(id);
    if (before !== undefined && FINAL_STATUSES.includes(before) && status !== before)
      report(9, `an answer had order ${id} as ${before}, a later one as ${status}`);
    lastStatuses.set(id, status);
  };

  /** Puts a product, after prices that must be refused: one that no order could hold, and one in a currency that is not active. */
  const putProduct = async (bearer: string, { sku, amount, currency }: Money & { readonly sku: string }) => {
    const put = (price: Money) =>
      send<Refused>('PUT', `/v1/products/${encodeURIComponent(sku)}`, { bearer, body: { name: sku, price } });
    for (const price of [
      { amount: maxTotalOf(currency) + 1, currency },
      { amount, currency: 'HRK' },
    ])
      if ((await put(price)).status < 300) report(15, `a product may cost ${price.amount} ${price.currency}`);
    const { status, body } = await put({ amount, currency });
    if (status === 422) report(15, `a product must not cost ${amount} ${currency}: ${body.detail}`);
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

  const openShops = async (): Promise<readonly Tenant[]> => {
    const tenants: Tenant[] = [];
    for (const { name, currency, products } of plan.shops) {
      const tenant = await openTenant(name);
      const bearer = tenant.apiKey;
      for (const { sku, price, stock, shards } of products) {
        await putProduct(bearer, { sku, amount: price, currency });
        const stockPath = `/v1/inventory/${encodeURIComponent(sku)}`;
        const body = { delta: stock, reason: 'received' };
        const adjustment = { scope: `adjustments of ${tenant.id}`, key: `first ${sku}`, bearer, body };
        checkNotRefused(`stock of ${sku}`, await sendKeyed({ ...adjustment, target: `${stockPath}/adjustments` }));
        if (shards > 1) checkNotRefused(`shards of ${sku}`, await send('PUT', stockPath, { bearer, body: { shards } }));
      }
      tenants.push(tenant);
    }
    return tenants;
  };

  const placeOrder = async (
    purchase: Purchase,
    { id: tenantId, apiKey: bearer }: Tenant,
    { blank = '', lines = purchase.lines } = {},
  ) => {
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
    const known = accepted.find((order) => order.tenantId === tenantId && order.key === key);
    if (known && known.id !== body.id) report(4, `${key} was answered with orders ${known.id} and ${body.id}`);
    if (!known) accepted.push({ tenantId, id: body.id, key });
    checkOrder(tenantId, response);
    return body;
  };

  const readOrder = async (id: string, { id: tenantId, apiKey: bearer }: Tenant) => {
    const response = await send<Order>('GET', `/v1/orders/${id}`, { bearer });
    const { status, body } = response;
    if (status === 404) report(8, `order ${id} was accepted, and is not found`);
    if (status !== 200) return undefined;
    checkOrder(tenantId, response);
    return body;
  };

  const payOffline = async (order: Order, tenant: Tenant, { amount, reference }: OfflinePayment) => {
    for (let n = 0; n < MAX_POLLS; n += 1) {
      const { status = '' } = (await readOrder(order.id, tenant)) ?? {};
      if (status === 'awaiting_payment') break;
      if (FINAL_STATUSES.includes(status) || n + 1 === MAX_POLLS) return;
      await sleep(5 * SECOND);
    }
    const pay = async (body: Money & { readonly reference: string }) => {
      const target = `/v1/orders/${order.id}/payments`;
      const [scope, bearer] = [`payments of ${order.id}`, tenant.apiKey];
      // all orders are paid with one key, so each order must have payments of its own
      const response = await sendKeyed<Order>({ scope, key: 'payment', target, bearer, body });
      if (response.status === 201 && body.amount !== order.total.amount)
        report(3, `order ${order.id} was paid with ${body.amount}`);
      checkOrder(tenant.id, response);
    };
    const payment = { amount, currency: order.total.currency, reference };
    await Promise.all([pay(payment), pay(payment), pay({ ...payment, reference: `${reference}, in cash` })]);
    await pay({ ...payment, amount: order.total.amount + 1 });
  };

  const sendCallback = async ({ id, total }: Order, tenant: Tenant) => {
    const key = `${tenant.id}.${id}`;
    const { body } = await send<Charge>('GET', `/sandbox/charges/${key}`, { bearer: secrets['provider-key'] });
    if (body.status !== 'captured' && body.status !== 'declined') return;
    const times = faults.strike('duplicate callback', body.status) === undefined ? 1 : 3;
    for (let n = 0; n < times; n += 1) {
      const text = JSON.stringify({ key, status: body.status, ...total });
      const at = `${Math.floor(now() / SECOND)}`;
      const signature = `t=${at},v1=${sign(secrets['provider-callback-key'], at, text)}`;
      await send('POST', '/v1/providers/sandbox/callbacks', {
        headers: [['breakwater-signature', signature]],
        body: text,
      });
    }
  };

  const buy = async (plannedPurchase: Purchase, tenant: Tenant) => {
    await sleep(plannedPurchase.atMs);
    const isDeclined = faults.strike('decline', plannedPurchase.token) !== undefined;
    const purchase = isDeclined ? { ...plannedPurchase, token: 'tok_declined' } : plannedPurchase;
    const order = await placeOrder(purchase, tenant);
    if (!order) return;
    for (const { act, afterMs } of purchase.afterwards) {
      await sleep(afterMs);
      const { amount } = order.total;
      const reference = purchase.key;
      if (act === 'cancel')
        checkOrder(tenant.id, await send<Order>('POST', `/v1/orders/${order.id}/cancel`, { bearer: tenant.apiKey }));
      if (act === 'pay') await payOffline(order, tenant, { amount, reference });
      if (act === 'pay wrongly') await payOffline(order, tenant, { amount: amount + 1, reference });
      if (act === 'callback') await sendCallback(order, tenant);
      if (act === 'read') await readOrder(order.id, tenant);
      if (act === 'order again') {
        const lines = purchase.lines.map(({ sku, quantity }) => ({ sku, quantity: quantity + 1 }));
        await Promise.all([placeOrder(purchase, tenant, { blank: ' ' }), placeOrder(purchase, tenant, { lines })]);
      }
    }
    await readOrder(order.id, tenant);
  };

  const countStock = async (sku: string, { id, apiKey: bearer }: Tenant) => {
    const response = await send<StockCount>('GET', `/v1/inventory/${encodeURIComponent(sku)}`, { bearer });
    const { available, approximate } = response.body;
    if (response.status === 200 && !approximate) checkLinearizable(`${id}/${sku}`, available, response);
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
    await Promise.all(Array.from({ length: act.times }, () => sendKeyed({ ...request, body })));
    const target = '/v1/inventory/another-sku/adjustments';
    await Promise.all([
      sendKeyed({ ...request, body }),
      sendKeyed({ ...request, body: { ...body, delta: body.delta + 100 } }),
      sendKeyed({ ...request, target, body }),
    ]);
  };

  return {
    accepted: accepted as readonly AcceptedOrder[],
    openShops,
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
