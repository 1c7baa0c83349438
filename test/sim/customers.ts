import { sign } from '#payments/http/signature';
import type { Faults } from './faults.ts';
import type { Chore, Plan, Purchase } from './plan.ts';
import type { Timeline } from './timeline.ts';
import { type Answer, type Ask, secrets } from './world.ts';

export type Tenant = { readonly id: string; readonly apiKey: string };
type Order = { readonly id: string; readonly status: string; readonly total: Money };
type Money = { readonly amount: number; readonly currency: string };
type Count = { readonly available: number; readonly approximate?: true };
type Charge = Money & { readonly key: string; readonly status: string };

/** An order that a client was told of. */
export type Accepted = { readonly tenantId: string; readonly id: string; readonly key: string };

type Options = {
  readonly plan: Plan;
  readonly ask: Ask;
  readonly faults: Faults;
  readonly sleep: (ms: number) => Promise<void>;
  readonly timeline: Pick<Timeline, 'within'>;
  readonly now: () => number;
  readonly report: (invariant: number, what: string) => void;
};

/** Of one key every answer tells of the same order, and no status that was told is taken back. */
const FINAL = ['confirmed', 'cancelled'];
const SECOND = 1_000;
const POLLS = 40;
const COUNTS_APART_MS = 200;

/** Everybody outside who wants something: shopkeepers and their customers, each by itself, all at the same time. */
export const makeCustomers = ({ plan, ask, faults, sleep, timeline, now, report }: Options) => {
  const accepted: Accepted[] = [];
  const told = new Map<string, string>();

  /** What an answer says must have stood there while it was on its way. */
  const linearizable = (register: string, said: string | number, { from, to }: { from: number; to: number }) => {
    const stood = timeline.within(register, from, to);
    if (!stood.includes(said)) report(14, `${register} was told to be ${said}, when it was ${stood.join(' or ')}`);
  };
  const hear = (tenant: string, { status: code, body, from, to }: Answer<Order>) => {
    if (code >= 300) return;
    const { id, status } = body;
    linearizable(`orders#${tenant}#order#${id}`, status, { from, to });
    const before = told.get(id);
    if (before !== undefined && FINAL.includes(before) && status !== before)
      report(9, `order ${id} was told to be ${before}, then ${status}`);
    told.set(id, status);
  };

  const open = async (): Promise<readonly Tenant[]> => {
    const tenants: Tenant[] = [];
    for (const { name, currency, products } of plan.shops) {
      const asking = { bearer: secrets['operator-key'], body: { name } };
      const { body: tenant } = await ask<Tenant>('POST', '/v1/tenants', asking);
      const bearer = tenant.apiKey;
      for (const { sku, price, stock, shards } of products) {
        await ask('PUT', `/v1/products/${sku}`, {
          bearer,
          body: { name: sku, price: { amount: price, currency } },
        });
        const headers: [string, string][] = [['idempotency-key', `first ${sku}`]];
        const body = { delta: stock, reason: 'received' };
        await ask('POST', `/v1/inventory/${sku}/adjustments`, { bearer, headers, body });
        if (shards > 1) await ask('PUT', `/v1/inventory/${sku}`, { bearer, body: { shards } });
      }
      tenants.push(tenant);
    }
    return tenants;
  };

  const place = async ({ key, lines, token }: Purchase, { id: tenantId, apiKey: bearer }: Tenant) => {
    const answer = await ask<Order>('POST', '/v1/orders', {
      bearer,
      headers: [['idempotency-key', key]],
      // one customer for each key, so that the table tells which orders were placed under it
      body: { lines, customer: { email: `${key}@${tenantId}.example` }, payment: { token } },
    });
    const { status, body } = answer;
    if (status !== 202) return undefined;
    const known = accepted.find((one) => one.tenantId === tenantId && one.key === key);
    if (known && known.id !== body.id) report(4, `${key} was answered with orders ${known.id} and ${body.id}`);
    if (!known) accepted.push({ tenantId, id: body.id, key });
    hear(tenantId, answer);
    return body;
  };

  const read = async (id: string, { id: tenantId, apiKey: bearer }: Tenant) => {
    const answer = await ask<Order>('GET', `/v1/orders/${id}`, { bearer });
    const { status, body } = answer;
    if (status === 404) report(8, `order ${id} was accepted, and is not found`);
    if (status !== 200) return undefined;
    hear(tenantId, answer);
    return body;
  };

  const pay = async (order: Order, tenant: Tenant, amount: number) => {
    for (let n = 0; n < POLLS; n += 1) {
      const { status = '' } = (await read(order.id, tenant)) ?? {};
      if (status === 'awaiting_payment') break;
      if (FINAL.includes(status) || n + 1 === POLLS) return;
      await sleep(5 * SECOND);
    }
    const answer = await ask<Order>('POST', `/v1/orders/${order.id}/payments`, {
      bearer: tenant.apiKey,
      headers: [['idempotency-key', `pay ${order.id}`]],
      body: { amount, currency: order.total.currency, reference: 'by bank' },
    });
    if (answer.status === 201 && amount !== order.total.amount) report(3, `order ${order.id} was paid with ${amount}`);
    hear(tenant.id, answer);
  };

  const callback = async ({ id, total }: Order, tenant: Tenant) => {
    const key = `${tenant.id}.${id}`;
    const { body } = await ask<Charge>('GET', `/sandbox/charges/${key}`, { bearer: secrets['provider-key'] });
    if (body.status !== 'captured' && body.status !== 'declined') return;
    const times = faults.strike('duplicate callback', body.status) === undefined ? 1 : 3;
    for (let n = 0; n < times; n += 1) {
      const text = JSON.stringify({ key, status: body.status, ...total });
      const at = `${Math.floor(now() / SECOND)}`;
      const signature = `t=${at},v1=${sign(secrets['provider-callback-key'], at, text)}`;
      await ask('POST', '/v1/providers/sandbox/callbacks', {
        headers: [['breakwater-signature', signature]],
        body: text,
      });
    }
  };

  const buy = async (purchase: Purchase, tenant: Tenant) => {
    await sleep(purchase.atMs);
    const declined = faults.strike('decline', purchase.token) !== undefined;
    const wanted = declined ? { ...purchase, token: 'tok_declined' } : purchase;
    const order = await place(wanted, tenant);
    if (!order) return;
    for (const { act, afterMs } of purchase.afterwards) {
      await sleep(afterMs);
      const { amount } = order.total;
      if (act === 'cancel')
        hear(tenant.id, await ask<Order>('POST', `/v1/orders/${order.id}/cancel`, { bearer: tenant.apiKey }));
      if (act === 'pay') await pay(order, tenant, amount);
      if (act === 'pay wrongly') await pay(order, tenant, amount + 1);
      if (act === 'callback') await callback(order, tenant);
      if (act === 'read') await read(order.id, tenant);
      if (act === 'order again') await place(wanted, tenant);
    }
    await read(order.id, tenant);
  };

  const count = async (sku: string, { id, apiKey: bearer }: Tenant) => {
    const answer = await ask<Count>('GET', `/v1/inventory/${sku}`, { bearer });
    const { available, approximate } = answer.body;
    if (answer.status === 200 && !approximate) linearizable(`${id}/${sku}`, available, answer);
  };

  const keep = async ({ atMs, sku, act }: Chore, tenant: Tenant) => {
    const bearer = tenant.apiKey;
    await sleep(atMs);
    const at = `/v1/inventory/${sku}`;
    for (let n = 0; act.kind === 'count' && n < act.times; n += 1) {
      await count(sku, tenant);
      await sleep(COUNTS_APART_MS);
    }
    if (act.kind === 'shards') await ask('PUT', at, { bearer, body: { shards: act.shards } });
    if (act.kind !== 'adjust') return;
    const body = { delta: act.delta, reason: act.delta > 0 ? 'received' : 'lost' };
    const headers: [string, string][] = [['idempotency-key', act.key]];
    const tries = Array.from({ length: act.times }, () => ask('POST', `${at}/adjustments`, { bearer, headers, body }));
    await Promise.all(tries);
  };

  return {
    accepted: accepted as readonly Accepted[],
    open,
    /** Resolves once everybody has got what they wanted, or has given up. */
    async trade(tenants: readonly Tenant[]) {
      const at = (shop: number) => tenants[shop] as Tenant;
      await Promise.all([
        ...plan.purchases.map((purchase) => buy(purchase, at(purchase.shop))),
        ...plan.chores.map((chore) => keep(chore, at(chore.shop))),
      ]);
    },
  };
};
