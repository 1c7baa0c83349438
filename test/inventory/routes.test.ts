import { expect, it } from 'vitest';
import { read, write } from '#inventory/inventory.lambda';
import { formatApiKey } from '#tenants/contract';
import { tenantRegistration } from '#tenants/http/create-tenant';
import { newApiKey } from '../fixtures/api-key.ts';
import { request } from '../fixtures/request.ts';
import { createTestTable } from '../fixtures/table.ts';

const createShop = async () => {
  const table = createTestTable();
  const key = newApiKey(table.rt);
  await tenantRegistration(table.rt)({ name: 'Acme', key });
  const headers = { authorization: `Bearer ${formatApiKey(key)}` };
  const [readFunction, writeFunction] = [read.create(table.rt), write.create(table.rt)];
  let adjustments = 0;
  return {
    ...table,
    put: (sku: string, body: unknown) =>
      request(writeFunction, { method: 'PUT', path: `/v1/inventory/${sku}`, body, headers }),
    get: (sku: string) => request(readFunction, { method: 'GET', path: `/v1/inventory/${sku}`, headers }),
    receive: (sku: string, delta: number) =>
      request(writeFunction, {
        method: 'POST',
        path: `/v1/inventory/${sku}/adjustments`,
        body: { delta, reason: 'received' },
        headers: { ...headers, 'idempotency-key': `a${++adjustments}` },
      }),
  };
};

it('distributes stock over more shards, without a change of its quantities', async () => {
  const { put, get, receive } = await createShop();
  await receive('mug', 50);
  expect(await put('mug', { shards: 16 })).toMatchObject({ status: 200, body: { sku: 'mug', shards: 16 } });
  const stock = { sku: 'mug', available: 50, taken: 0, shards: 16 };
  expect(await get('mug')).toMatchObject({ status: 200, body: stock });
  await receive('mug', -50);
  expect((await get('mug')).body).toEqual({ ...stock, available: 0 });
});

it('writes nothing where the number of shards is right, and refuses fewer', async () => {
  const { put, operations } = await createShop();
  await put('mug', { shards: 16 });
  const writes = () => operations().filter((operation) => operation === 'TransactWriteItems').length;
  const before = writes();
  expect([(await put('mug', { shards: 16 })).status, writes()]).toEqual([200, before]);
  expect(await put('mug', { shards: 15 })).toMatchObject({ status: 409, body: { code: 'shards_lowered' } });
});

it('creates the stock record of a SKU, so that its first delivery is distributed', async () => {
  const { put, get, receive } = await createShop();
  expect(await get('pot')).toMatchObject({ status: 404, body: { code: 'sku_not_found' } });
  expect((await put('pot', { shards: 1 })).status).toBe(200);
  expect(await get('pot')).toMatchObject({ status: 200, body: { available: 0, shards: 1 } });
  await put('cup', { shards: 64 });
  await receive('cup', 64);
  expect(await get('cup')).toMatchObject({ body: { available: 64, shards: 64 } });
});

it.each([{ shards: 0 }, { shards: 65 }, { shards: 1.5 }, { shards: '16' }, {}, { shards: 2, sku: 'mug' }])(
  'refuses %j',
  async (body) => {
    const { put } = await createShop();
    expect(await put('mug', body)).toMatchObject({ status: 422, body: { code: 'invalid_body' } });
  },
);
