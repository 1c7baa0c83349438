import { describe, expect, it } from 'vitest';
import { write as writeCatalog } from '#catalog/catalog.lambda';
import { read, write } from '#orders/orders.lambda';
import { orderKey } from '#orders/table/keys';
import type { OrderId } from '#platform/kernel';
import type { Times } from '#platform/runtime/times';
import { encodeCursor } from '#platform/table/list-query';
import { formatApiKey } from '#tenants/contract';
import { tenantRegistration } from '#tenants/http/create-tenant';
import { newApiKey } from '../fixtures/api-key.ts';
import { request } from '../fixtures/request.ts';
import { createTestTable } from '../fixtures/table.ts';

const order = { lines: [{ sku: 'mug', quantity: 1 }], customer: { email: 'a@b.c' }, payment: { token: 'tok_ok' } };

/** A tenant whose functions have these numbers of shards, which may be raised as by a deployment. */
const createShop = async () => {
  const { rt, clock, itemAt } = createTestTable();
  const key = newApiKey(rt);
  await tenantRegistration(rt)({ name: 'Acme', key });
  const headers = { authorization: `Bearer ${formatApiKey(key)}` };
  const product = { name: 'Mug', price: { amount: 1250, currency: 'EUR' } };
  const call = { method: 'PUT', path: '/v1/products/mug', body: product, headers } as const;
  expect((await request(writeCatalog.create(rt), call)).status).toBe(201);

  const deploy = (listShards: Times['listShards']) => {
    const deployed = Object.create(rt, { times: { value: { ...rt.times, listShards } } });
    const [writeFunction, readFunction] = [write.create(deployed), read.create(deployed)];
    return {
      async place(name: string): Promise<OrderId> {
        clock.advance(1);
        const placement = { method: 'POST', path: '/v1/orders', body: order } as const;
        const placed = await request(writeFunction, { ...placement, headers: { ...headers, 'idempotency-key': name } });
        expect(placed.status).toBe(202);
        return placed.body.id;
      },
      cancel: (id: OrderId) => request(writeFunction, { method: 'POST', path: `/v1/orders/${id}/cancel`, headers }),
      list: (query: Readonly<Record<string, string>>) =>
        request(readFunction, { method: 'GET', path: '/v1/orders', query, headers }),
    };
  };
  const shardOfOrder = async (id: OrderId) => (await itemAt(orderKey(key.tenantId, id)))?.['listPk'];
  return { tenantId: key.tenantId, deploy, shardOfOrder };
};

const numbersFrom = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

describe("a tenant's list of orders", () => {
  it('is the same list when its number of shards is raised while a client reads it page by page', async () => {
    const { tenantId, deploy, shardOfOrder } = await createShop();
    const [before, after] = [deploy({ default: 1, tenants: {} }), deploy({ default: 1, tenants: { [tenantId]: 4 } })];
    const ids: OrderId[] = [];
    for (const name of numbersFrom('before', 9)) ids.push(await before.place(name));
    const mark = ids.length;
    for (const name of numbersFrom('between', 12)) ids.push(await after.place(name));

    const shards = new Set(await Promise.all(ids.slice(mark).map(shardOfOrder)));
    expect([...shards].toSorted()).toEqual([0, 1, 2, 3].map((n) => `orders#${tenantId}#list#${n}`));
    // a page of functions that still have one shard, then pages of those with four
    const seen: OrderId[] = [];
    let { body } = await before.list({ limit: '2' });
    const first = body.items.map(({ id }: { id: OrderId }) => id);
    expect(first).toHaveLength(2);
    for (let cursor: string | undefined; ; cursor = body.next) {
      ({ body } = await after.list({ limit: '4', ...(cursor && { cursor }) }));
      seen.push(...body.items.map(({ id }: { id: OrderId }) => id));
      if (body.next === null) break;
    }
    expect(seen).toEqual(ids.toReversed());
    const rest = await after.list({ cursor: (await before.list({ limit: '2' })).body.next });
    const place = seen.indexOf(first[1]);
    expect(rest.body.items.map(({ id }: { id: OrderId }) => id)).toEqual(seen.slice(place + 1));
  });

  it('keeps an order in the shard that it was placed into', async () => {
    const { deploy, shardOfOrder } = await createShop();
    const [before, after] = [deploy({ default: 1, tenants: {} }), deploy({ default: 16, tenants: {} })];
    for (const name of numbersFrom('order', 4)) {
      const id = await before.place(name);
      const shard = await shardOfOrder(id);
      expect((await after.cancel(id)).status).toBe(202);
      expect(await shardOfOrder(id)).toBe(shard);
    }
    expect((await after.list({})).body.items).toHaveLength(4);
  });

  it('refuses the cursor of another list', async () => {
    const { deploy } = await createShop();
    const { list } = deploy({ default: 1, tenants: {} });
    const refused = await list({ cursor: encodeCursor('products', 'mug') });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'invalid_query', errors: [{ detail: 'not a cursor of this list', pointer: '#/cursor' }] },
    });
  });
});
