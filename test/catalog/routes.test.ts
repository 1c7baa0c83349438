import { expect, it } from 'vitest';
import { ProductChanged } from '#catalog/contract';
import { read } from '#catalog/http/read';
import { write } from '#catalog/http/write';
import { productKey } from '#catalog/table/keys';
import { productTable } from '#catalog/table/product-table';
import type { Sku } from '#platform/kernel';
import { formatApiKey } from '#tenants/contract';
import { newApiKey, tenantRegistration } from '#tenants/http/create-tenant';
import { type Service, ServiceError } from '../../embedded/aws/service.ts';
import { type Asked, request } from '../platform/fixtures/request.ts';
import { tableWorld } from '../platform/fixtures/table.ts';

const MUG = { name: 'Mug', price: { amount: 1250, currency: 'EUR' } };
const SKU = 'mug' as Sku;

const shop = async (change?: (table: Service) => Service) => {
  const all = tableWorld(change);
  const tenant = async (name: string) => {
    const key = newApiKey(all.rt);
    await tenantRegistration(all.rt)({ name, key });
    const headers = { authorization: `Bearer ${formatApiKey(key)}` };
    const [reads, writes] = [read(all.rt), write(all.rt)];
    return {
      id: key.tenantId,
      put: (sku: string, body: unknown) => request(writes, 'PUT', `/v1/products/${sku}`, { body, headers }),
      get: (path: string, asked?: Asked) => request(reads, 'GET', `/v1/products${path}`, { headers, ...asked }),
    };
  };
  return { ...all, acme: await tenant('Acme'), other: await tenant('Other') };
};

it('creates a product, shows it, changes it, and writes nothing where nothing changes', async () => {
  const { acme, clock, operations } = await shop();
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
  const { acme, item } = await shop();
  await acme.put('mug', MUG);
  await acme.put('mug', { ...MUG, name: 'Cup' });
  const stored = await item(productKey(acme.id, SKU));
  expect(stored).toMatchObject({ v: 2, out: { v: 2, events: [{ type: 'ProductChanged.v1', version: 2 }] } });
  expect(ProductChanged.schema.parse(stored?.['out'].events[0])).toMatchObject({
    tenantId: acme.id,
    aggregateId: 'mug',
    data: { name: 'Cup', price: MUG.price },
  });
});

it('stores no version over one that it does not follow', async () => {
  const { acme, rt } = await shop();
  await acme.put('mug', MUG);
  const products = productTable(rt);
  const standing = await products.find(acme.id, SKU);
  if (!standing) throw new Error('the product is not there');
  expect(await products.save({ ...standing, name: 'a second first' })).toBe(false);
  expect(await products.save({ ...standing, version: 3 })).toBe(false);
  expect(await products.save({ ...standing, version: 2 })).toBe(true);
});

it('makes all changes that arrive at once, one after another', async () => {
  const { acme } = await shop();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const answers = await Promise.all(names.map((name) => acme.put('mug', { ...MUG, name })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
  expect((await acme.get('/mug')).body.version).toBe(5);
});

it('lists products by SKU, a page at a time', async () => {
  const { acme } = await shop();
  for (const sku of ['shirt', 'mug', 'poster']) await acme.put(sku, MUG);
  const first = await acme.get('', { query: { limit: '2' } });
  expect(first.body.items.map(({ sku }: { sku: string }) => sku)).toEqual(['mug', 'poster']);
  const second = await acme.get('', { query: { limit: '2', cursor: first.body.next } });
  expect(second.body).toMatchObject({ items: [{ sku: 'shirt', ...MUG, version: 1 }], next: null });
  expect(second.body.items[0]).not.toHaveProperty('tenantId');
});

it("shows nobody another tenant's products, not by a cursor either", async () => {
  const { acme, other } = await shop();
  await acme.put('mug', MUG);
  await acme.put('shirt', MUG);
  await other.put('poster', MUG);
  expect(await other.get('/mug')).toMatchObject({ status: 404, body: { code: 'product_not_found' } });
  const { next: cursor } = (await acme.get('', { query: { limit: '1' } })).body;
  const page = (await other.get('', { query: { cursor } })).body;
  expect(page.items.map(({ sku }: { sku: string }) => sku)).toEqual(['poster']);
});

it('answers for a product that is not there as for one that cannot be', async () => {
  const { acme } = await shop();
  expect(await acme.get('/mug')).toMatchObject({ status: 404, body: { code: 'product_not_found' } });
  expect(await acme.get('/m.g')).toMatchObject({ status: 404, body: { code: 'not_found' } });
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
  const { acme, operations } = await shop();
  expect(await acme.put('mug', body)).toMatchObject({ status: 422, body: { code: 'invalid_body' } });
  expect(operations()).not.toContain('PutItem');
});

it.each([
  ['ConditionalCheckFailedException', 409, 'conflict', 5],
  ['ProvisionedThroughputExceededException', 503, 'unavailable', 2],
  ['AccessDeniedException', 500, 'internal', 1],
])('where the table answers %s, answers %i %s after %i tries', async (name, status, code, tries) => {
  let tried = 0;
  const PutItem = () => {
    tried++;
    throw new ServiceError(name, 'refused');
  };
  const { acme } = await shop((table) => ({ ...table, operations: { ...table.operations, PutItem } }));
  expect(await acme.put('mug', MUG)).toMatchObject({ status, body: { code } });
  expect(tried).toBe(tries);
});
