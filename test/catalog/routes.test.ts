import { expect, it } from 'vitest';
import { read, write } from '#catalog/catalog.lambda';
import { ProductChanged } from '#catalog/contract';
import { productKey } from '#catalog/table/keys';
import { productTable } from '#catalog/table/product-table';
import type { Sku } from '#platform/kernel';
import { formatApiKey } from '#tenants/contract';
import { tenantRegistration } from '#tenants/http/create-tenant';
import { type Operation, ServiceError } from '../../embedded/aws/service.ts';
import { newApiKey } from '../fixtures/api-key.ts';
import { type RequestOptions, request } from '../fixtures/request.ts';
import { createTestTable } from '../fixtures/table.ts';

const MUG = { name: 'Mug', price: { amount: 1250, currency: 'EUR' } };
const SKU = 'mug' as Sku;

const createShop = async (intercept?: (operation: Operation, name: string) => Operation) => {
  const table = createTestTable(intercept && { intercept });
  const [readFunction, writeFunction] = [read.create(table.rt), write.create(table.rt)];
  const registerTenant = async (name: string) => {
    const key = newApiKey(table.rt);
    await tenantRegistration(table.rt)({ name, key });
    const headers = { authorization: `Bearer ${formatApiKey(key)}` };
    return {
      id: key.tenantId,
      put: (sku: string, body: unknown) =>
        request(writeFunction, { method: 'PUT', path: `/v1/products/${sku}`, body, headers }),
      get: (path: string, options?: RequestOptions) =>
        request(readFunction, { method: 'GET', path: `/v1/products${path}`, headers, ...options }),
    };
  };
  return { ...table, acme: await registerTenant('Acme'), other: await registerTenant('Other') };
};

it('creates, returns and changes a product, and writes nothing where nothing changes', async () => {
  const { acme, clock, operations } = await createShop();
  const first = { sku: 'mug', ...MUG, version: 1, updatedAt: '2026-11-01T00:00:00.000Z' };
  expect(await acme.put('mug', MUG)).toMatchObject({ status: 201, body: first });
  expect((await acme.get('/mug')).body).toEqual(first);
  clock.advance(1_000);
  expect(await acme.put('mug', MUG)).toMatchObject({ status: 200, body: first });
  expect(operations().filter((operation) => operation === 'PutItem')).toHaveLength(1);
  const second = { ...first, name: 'Cup', version: 2, updatedAt: '2026-11-01T00:00:01.000Z' };
  expect(await acme.put('mug', { ...MUG, name: ' Cup ' })).toMatchObject({ status: 200, body: second });
  expect((await acme.get('/mug')).body).toEqual(second);
});

it('carries ProductChanged with each version', async () => {
  const { acme, itemAt } = await createShop();
  await acme.put('mug', MUG);
  await acme.put('mug', { ...MUG, name: 'Cup' });
  const stored = await itemAt(productKey(acme.id, SKU));
  expect(stored).toMatchObject({ v: 2, out: { v: 2, events: [{ type: 'ProductChanged.v1', version: 2 }] } });
  expect(ProductChanged.schema.parse(stored?.['out'].events[0])).toMatchObject({
    tenantId: acme.id,
    aggregateId: 'mug',
    data: { name: 'Cup', price: MUG.price },
  });
});

it('stores no version that does not follow the stored one', async () => {
  const { acme, rt } = await createShop();
  await acme.put('mug', MUG);
  const products = productTable(rt);
  const existing = await products.find(acme.id, SKU);
  if (!existing) throw new Error('the product does not exist');
  expect(await products.update(undefined, { ...existing, name: 'a second first' })).toBe(false);
  expect(await products.update({ ...existing, version: 2 }, { ...existing, version: 3 })).toBe(false);
  expect(await products.update(existing, { ...existing, version: 2 })).toBe(true);
});

it('makes all changes that arrive at the same time, one after another', async () => {
  const { acme } = await createShop();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const responses = await Promise.all(names.map((name) => acme.put('mug', { ...MUG, name })));
  expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
  expect((await acme.get('/mug')).body.version).toBe(5);
});

it('lists products by SKU, a page at a time', async () => {
  const { acme } = await createShop();
  for (const sku of ['shirt', 'mug', 'poster']) await acme.put(sku, MUG);
  const first = await acme.get('', { query: { limit: '2' } });
  expect(first.body.items.map(({ sku }: { sku: string }) => sku)).toEqual(['mug', 'poster']);
  const second = await acme.get('', { query: { limit: '2', cursor: first.body.next } });
  expect(second.body).toMatchObject({ items: [{ sku: 'shirt', ...MUG, version: 1 }], next: null });
  expect(second.body.items[0]).not.toHaveProperty('tenantId');
});

it("does not show another tenant's products, not by a cursor either", async () => {
  const { acme, other } = await createShop();
  await acme.put('mug', MUG);
  await acme.put('shirt', MUG);
  await other.put('poster', MUG);
  expect(await other.get('/mug')).toMatchObject({ status: 404, body: { code: 'product_not_found' } });
  const { next: cursor } = (await acme.get('', { query: { limit: '1' } })).body;
  const page = (await other.get('', { query: { cursor } })).body;
  expect(page.items.map(({ sku }: { sku: string }) => sku)).toEqual(['poster']);
});

it('answers 404 for a product that does not exist, and for a SKU that cannot exist', async () => {
  const { acme } = await createShop();
  expect(await acme.get('/mug')).toMatchObject({ status: 404, body: { code: 'product_not_found' } });
  expect(await acme.get('/m%20g')).toMatchObject({ status: 422, body: { code: 'invalid_sku' } });
});

it.each([
  [{ ...MUG, sku: 'mug' }],
  [{ ...MUG, name: '' }],
  [{ name: 'Mug' }],
  [{ ...MUG, price: { amount: 0, currency: 'EUR' } }],
  [{ ...MUG, price: { amount: 12.5, currency: 'EUR' } }],
  [{ ...MUG, price: { amount: '1', currency: 'EUR' } }],
  [{ ...MUG, price: { amount: 1_000_000_001, currency: 'EUR' } }],
  [{ ...MUG, price: { amount: 1, currency: 'eur' } }],
  [{ ...MUG, price: { amount: 1, currency: 'EUR', tax: 1 } }],
])('refuses %j', async (body) => {
  const { acme, operations } = await createShop();
  expect(await acme.put('mug', body)).toMatchObject({ status: 422, body: { code: 'invalid_body' } });
  expect(operations()).not.toContain('PutItem');
});

it.each([
  { error: 'ConditionalCheckFailedException', status: 409, code: 'conflict', attempts: 5 },
  { error: 'ProvisionedThroughputExceededException', status: 503, code: 'unavailable', attempts: 2 },
  { error: 'AccessDeniedException', status: 500, code: 'internal', attempts: 1 },
])(
  'answers a table that throws $error with $status $code after $attempts attempts',
  async ({ error, status, code, attempts }) => {
    let puts = 0;
    const failingPut = () => {
      puts++;
      throw new ServiceError(error, 'refused');
    };
    const { acme } = await createShop((operation, name) => (name === 'PutItem' ? failingPut : operation));
    expect(await acme.put('mug', MUG)).toMatchObject({ status, body: { code } });
    expect(puts).toBe(attempts);
  },
);
