import { expect, it } from 'vitest';
import { read } from '#inventory/http/read';
import { write } from '#inventory/http/write';
import { formatApiKey } from '#tenants/contract';
import { newApiKey, tenantRegistration } from '#tenants/http/register';
import { request } from '../platform/fixtures/request.ts';
import { tableWorld } from '../platform/fixtures/table.ts';

const shop = async () => {
  const all = tableWorld();
  const key = newApiKey(all.rt);
  await tenantRegistration(all.rt)({ name: 'Acme', key });
  const headers = { authorization: `Bearer ${formatApiKey(key)}` };
  const [reads, writes] = [read(all.rt), write(all.rt)];
  let adjustments = 0;
  return {
    ...all,
    put: (sku: string, body: unknown) => request(writes, 'PUT', `/v1/inventory/${sku}`, { body, headers }),
    get: (sku: string) => request(reads, 'GET', `/v1/inventory/${sku}`, { headers }),
    receive: (sku: string, delta: number) =>
      request(writes, 'POST', `/v1/inventory/${sku}/adjustments`, {
        body: { delta, reason: 'received' },
        headers: { ...headers, 'idempotency-key': `a${++adjustments}` },
      }),
  };
};

it('spreads stock over more shards, which changes nothing of what there is', async () => {
  const { put, get, receive } = await shop();
  await receive('mug', 50);
  expect(await put('mug', { shards: 16 })).toMatchObject({ status: 200, body: { sku: 'mug', shards: 16 } });
  const stock = { sku: 'mug', available: 50, held: 0, sold: 0, shards: 16 };
  expect(await get('mug')).toMatchObject({ status: 200, body: stock });
  await receive('mug', -50);
  expect((await get('mug')).body).toEqual({ ...stock, available: 0 });
});

it('writes nothing where the count is so already, and refuses fewer', async () => {
  const { put, operations } = await shop();
  await put('mug', { shards: 16 });
  const writes = () => operations().filter((operation) => operation === 'TransactWriteItems').length;
  const before = writes();
  expect([(await put('mug', { shards: 16 })).status, writes()]).toEqual([200, before]);
  expect(await put('mug', { shards: 15 })).toMatchObject({ status: 409, body: { code: 'shards_lowered' } });
});

it('makes a SKU known, with nothing in stock, so that its first delivery is spread already', async () => {
  const { put, get, receive } = await shop();
  expect(await get('pot')).toMatchObject({ status: 404, body: { code: 'sku_not_found' } });
  expect((await put('pot', { shards: 1 })).status).toBe(200);
  expect(await get('pot')).toMatchObject({ status: 200, body: { available: 0, shards: 1 } });
  await put('cup', { shards: 64 });
  await receive('cup', 64);
  expect(await get('cup')).toMatchObject({ body: { available: 64, shards: 64 } });
});

it.each([{ shards: 0 }, { shards: 65 }, { shards: 1.5 }, { shards: '16' }, {}, { shards: 2, sku: 'mug' }])(
  'takes no %j',
  async (body) => {
    const { put } = await shop();
    expect(await put('mug', body)).toMatchObject({ status: 422, body: { code: 'invalid_body' } });
  },
);
