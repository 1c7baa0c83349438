import { createHash } from 'node:crypto';
import { sign } from '#payments/http/signature';
import { type ClientResponse, type RequestSteps, type SendRequest, secrets } from './client.ts';
import type { Faults } from './faults.ts';
import type { Chore, Plan, Purchase } from './plan.ts';
import type { Timeline } from './timeline.ts';

export type Tenant = { readonly id: string; readonly apiKey: string };
type Money = { readonly amount: number; readonly currency: string };
type Order = { readonly id: string; readonly status: string; readonly total: Money };
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
const MAX_POLLS = 40;
const COUNT_INTERVAL_MS = 200;

/** Each key has a customer of its own, so that the table shows which orders were placed with the key. Not every key can be in an address. */
const emailOf = (key: string, tenantId: string) =>
  `${createHash('sha256').update(key).digest('hex').slice(0, 16)}@${tenantId}.example`;

/** The clients outside: shopkeepers and their customers, who act independently and concurrently. */
export const createCustomers = ({ plan, send, faults, sleep, timeline, now, report }: Options) => {
  const accepted: AcceptedOrder[] = [];
  const lastStatuses = new Map<string, string>();

  /** The register must have had the answer's value between request and answer. */
  const checkLinearizable = (register: string, value: string | number, steps: RequestSteps) => {
    const values = timeline.valuesDuring(register, steps);
    if (!values.includes(value))
      report(14, `an answer had ${register} as ${value}, when it was ${values.join(' or ')}`);
  };
  /** Every request is valid, so an answer of 4xx other than a declared conflict takes one of its names for something else. */
  const checkNotRefused = (request: string, { status }: { readonly status: number }) => {
    if (status >= 400 && status < 500 && status !== 409) report(15, `${request} was answered with ${status}`);
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

  const openShops = async (): Promise<readonly Tenant[]> => {
    const tenants: Tenant[] = [];
    for (const { name, currency, products } of plan.shops) {
      const request = { bearer: secrets['operator-key'], body: { name } };
      const created = await send<Tenant>('POST', '/v1/tenants', request);
      checkNotRefused(`the tenant ${name}`, created);
      const { body: tenant } = created;
      const bearer = tenant.apiKey;
      for (const { sku, price, stock, shards } of products) {
        const product = { bearer, body: { name: sku, price: { amount: price, currency } } };
        checkNotRefused(`the product ${sku}`, await send('PUT', `/v1/products/${encodeURIComponent(sku)}`, product));
        const headers: [string, string][] = [['idempotency-key', `first ${sku}`]];
        const body = { delta: stock, reason: 'received' };
        const stockPath = `/v1/inventory/${encodeURIComponent(sku)}`;
        checkNotRefused(`stock of ${sku}`, await send('POST', `${stockPath}/adjustments`, { bearer, headers, body }));
        if (shards > 1) checkNotRefused(`shards of ${sku}`, await send('PUT', stockPath, { bearer, body: { shards } }));
      }
      tenants.push(tenant);
    }
    return tenants;
  };

  const placeOrder = async ({ key, lines, token }: Purchase, { id: tenantId, apiKey: bearer }: Tenant) => {
    const response = await send<Order>('POST', '/v1/orders', {
      bearer,
      headers: [['idempotency-key', key]],
      body: { lines, customer: { email: emailOf(key, tenantId) }, payment: { token } },
    });
    const { status, body } = response;
    checkNotRefused(`an order with the key ${key}`, response);
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
    const response = await send<Order>('POST', `/v1/orders/${order.id}/payments`, {
      bearer: tenant.apiKey,
      headers: [['idempotency-key', `pay ${order.id}`]],
      body: { amount, currency: order.total.currency, reference },
    });
    if (response.status === 201 && amount !== order.total.amount)
      report(3, `order ${order.id} was paid with ${amount}`);
    checkOrder(tenant.id, response);
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
      if (act === 'order again') await placeOrder(purchase, tenant);
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
    const headers: [string, string][] = [['idempotency-key', act.key]];
    const repeats = Array.from({ length: act.times }, () =>
      send('POST', `${path}/adjustments`, { bearer, headers, body }),
    );
    await Promise.all(repeats);
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
