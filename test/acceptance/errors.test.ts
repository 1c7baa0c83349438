import { describe, expect, test } from 'vitest';
import type { ProblemCode } from '#contexts';
import { noSkus } from '../fixtures/nasty-names.ts';
import { createOrderBody, createTenant, getPolicy } from './client.ts';
import { expectProblem } from './problem.ts';
import { type ApiResponse, expectStatus, send } from './request.ts';
import { openShop, PRICE, type Shop } from './shop.ts';

const MAX_BODY_BYTES = 256 * 1024;

/** All tests share one shop, which none of them changes. */
const shop = await openShop({ mug: 100, tray: 100 });
await expectStatus(shop.putProduct('yen', { name: 'In yen', price: { amount: 100, currency: 'JPY' } }), 201);
await expectStatus(shop.putProduct('yacht', { name: 'Yacht', price: { amount: 100_000_00, currency: 'EUR' } }), 201);

const order = createOrderBody([['mug', 1]]);
const line = { sku: 'mug', quantity: 1 };
const skus = (count: number) => Array.from({ length: count }, (_, n) => [`sku-${n}`, 1] as const);

type Cases = Readonly<Record<string, (shop: Shop) => Promise<ApiResponse<unknown>>>>;
const expectRefusals = (code: ProblemCode, cases: Cases) =>
  describe(code, () => {
    test.each(Object.entries(cases))('%s', async (_, sendRequest) => expectProblem(await sendRequest(shop), code));
  });

const toPlacements = (bodies: Readonly<Record<string, unknown>>): Cases =>
  Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, (shop) => shop.place(body)]));

expectRefusals(
  'invalid_body',
  toPlacements({
    'an unknown field': { ...order, coupon: 'FREE' },
    'a status from the client': { ...order, status: 'confirmed' },
    'a total from the client': { ...order, total: { amount: 1, currency: 'EUR' } },
    'a tenant from the client': { ...order, tenantId: 'another' },
    'a price from the client': { ...order, lines: [{ ...line, unitPrice: { amount: 1, currency: 'EUR' } }] },
    'an unknown field of a line': { ...order, lines: [{ ...line, gift: true }] },
    'a missing field': { lines: order.lines, customer: order.customer },
    'a list instead of an object': [order],
    'null instead of an object': 'null',
    'no lines': { ...order, lines: [] },
    '21 lines': createOrderBody(skus(21)),
    'a quantity that is text': { ...order, lines: [{ ...line, quantity: '1' }] },
    'a quantity of 0': { ...order, lines: [{ ...line, quantity: 0 }] },
    'a quantity of 1,000': { ...order, lines: [{ ...line, quantity: 1_000 }] },
    'a fractional quantity': { ...order, lines: [{ ...line, quantity: 0.5 }] },
    'an invalid e-mail address': { ...order, customer: { email: 'ada' } },
    'an empty token': { ...order, payment: { token: '' } },
  }),
);

expectRefusals('invalid_body', {
  'a product without a price': (shop) => shop.putProduct('new', { name: 'New' }),
  'a product that costs nothing': (shop) => shop.putProduct('new', { name: 'New', price: { ...PRICE, amount: 0 } }),
  'a product that costs half a cent': (shop) =>
    shop.putProduct('new', { name: 'New', price: { ...PRICE, amount: 0.5 } }),
  'a product with an unknown currency': (shop) =>
    shop.putProduct('new', { name: 'New', price: { ...PRICE, currency: 'eur' } }),
  'a product with a withdrawn currency': (shop) =>
    shop.putProduct('new', { name: 'New', price: { ...PRICE, currency: 'HRK' } }),
  'a product that costs gold': (shop) => shop.putProduct('new', { name: 'New', price: { ...PRICE, currency: 'XAU' } }),
  'a product that no order can hold': (shop) =>
    shop.putProduct('new', { name: 'New', price: { amount: 100_000_01, currency: 'EUR' } }),
  'a product with its version': (shop) => shop.putProduct('new', { name: 'New', price: PRICE, version: 7 }),
  'an adjustment of 0': (shop) => shop.adjust('mug', { delta: 0, reason: 'why' }),
  'an adjustment beyond its range': (shop) => shop.adjust('mug', { delta: 1_000_001, reason: 'received' }),
  'an adjustment that is text': (shop) => shop.adjust('mug', { delta: '5', reason: 'received' }),
  'an adjustment without a reason': (shop) => shop.adjust('mug', { delta: 5 }),
  'an adjustment with an unknown field': (shop) => shop.adjust('mug', { delta: 5, reason: 'received', available: 9 }),
  'a tenant without a name': () => createTenant({}),
  'a tenant that chooses its key': () => createTenant({ name: 'Acme', apiKey: 'bw_a_0123456789abcdef' }),
});

test('the problem of an invalid body names each error and its position', async () => {
  const { body } = await shop.place({ ...order, lines: [{ ...line, quantity: 0 }] });
  expect(body).toMatchObject({ errors: [{ pointer: '#/lines/0/quantity', detail: expect.any(String) }] });
});

expectRefusals(
  'malformed_json',
  toPlacements({ 'a truncated body': '{"lines":', 'a body that is not JSON': 'lines=mug', 'an empty body': '' }),
);

expectRefusals('body_too_large', toPlacements({ 'one byte too many': shop.toText(order).padEnd(MAX_BODY_BYTES + 1) }));
test('a body of exactly 256 KB is accepted', async () => {
  await expectStatus(shop.place(shop.toText(order).padEnd(MAX_BODY_BYTES)), 202);
});

expectRefusals(
  'duplicate_sku',
  toPlacements({ 'two lines of one SKU': { ...order, lines: [line, { ...line, quantity: 2 }] } }),
);
expectRefusals(
  'unknown_sku',
  toPlacements({
    'an unknown product': createOrderBody([
      ['mug', 1],
      ['unicorn', 1],
    ]),
  }),
);
expectRefusals(
  'mixed_currencies',
  toPlacements({
    'euros and yen': createOrderBody([
      ['mug', 1],
      ['yen', 1],
    ]),
  }),
);
expectRefusals('total_too_large', toPlacements({ 'two yachts': createOrderBody([['yacht', 2]]) }));
test('the problem of a total that is too large names the limit in the currency of the order', async () => {
  const { body } = await shop.place(createOrderBody([['yacht', 2]]));
  expect(body).toMatchObject({
    detail: 'An order in EUR may total at most 100000.00 EUR. Split the order.',
    limit: { amount: 100_000_00, currency: 'EUR' },
  });
});

expectRefusals('idempotency_key_required', {
  'an order without a key': ({ key }) => send('POST', '/v1/orders', { key, body: order }),
  'an order with an empty key': ({ place }) => place(order, ''),
  'an order with a key of 256 characters': ({ place }) => place(order, 'k'.repeat(256)),
  'an adjustment without a key': ({ key }) =>
    send('POST', '/v1/inventory/mug/adjustments', { key, body: { delta: 1, reason: 'received' } }),
  'an adjustment with a key of 256 characters': ({ adjust }) =>
    adjust('mug', { delta: 1, reason: 'received' }, 'k'.repeat(256)),
});
test('a key of 255 characters is accepted', async () => {
  await expectStatus(shop.place(order, 'k'.repeat(255)), 202);
});

expectRefusals('order_not_found', {
  'reading an unknown order': ({ order: read }) => read('nothing'),
  'cancelling an unknown order': ({ cancel }) => cancel('nothing'),
  'reading what cannot be the id of an order': ({ order: read }) => read('no.order'),
  'cancelling what cannot be the id of an order': ({ cancel }) => cancel('x'.repeat(65)),
  'paying what cannot be the id of an order': ({ pay }) =>
    pay('no%20order', { amount: 1, currency: 'EUR', reference: 'r' }),
});
expectRefusals('tenant_not_found', {
  'reading the policy of what cannot be the id of a tenant': () => getPolicy('No_Tenant'),
});
expectRefusals('key_not_found', {
  'revoking what cannot be the id of a key': ({ key }) => send('DELETE', '/v1/keys/no.key', { key }),
});
expectRefusals('product_not_found', { 'reading an unknown product': ({ product }) => product('unicorn') });
expectRefusals('sku_not_found', { 'reading the stock of an unknown SKU': ({ stock }) => stock('unicorn') });

expectRefusals('not_found', {
  'an unknown route': ({ key }) => send('GET', '/v1/unicorns', { key }),
  'an unknown route, without a key': () => send('GET', '/v1/unicorns', {}),
  'the root': () => send('GET', '/', {}),
});

expectRefusals('method_not_allowed', {
  'another method of a path': ({ key }) => send('DELETE', '/v1/orders', { key }),
  'a method that no path has': ({ key }) => send('PATCH', '/v1/orders/nothing', { key, body: {} }),
});

const NO_SKUS_IN_PATHS = ['mug%231', 'a%2Fb', 'a%20b', '%25', 'a%252Bb', '...', 'x'.repeat(65), '%C3%A9'];
for (const sku of NO_SKUS_IN_PATHS)
  expectRefusals('invalid_sku', {
    [`reading the product ${sku}`]: ({ product }) => product(sku),
    [`putting the product ${sku}`]: ({ putProduct }) => putProduct(sku, { name: 'New', price: PRICE }),
    [`reading the stock of ${sku}`]: ({ stock }) => stock(sku),
    [`adjusting the stock of ${sku}`]: ({ adjust }) => adjust(sku, { delta: 1, reason: 'received' }),
    [`setting the shards of ${sku}`]: ({ key }) => send('PUT', `/v1/inventory/${sku}`, { key, body: { shards: 2 } }),
  });
expectRefusals(
  'invalid_sku',
  toPlacements(
    Object.fromEntries(
      noSkus.map((sku) => [`a line with the SKU ${JSON.stringify(sku)}`, { ...order, lines: [{ ...line, sku }] }]),
    ),
  ),
);

expectRefusals('invalid_query', {
  'a limit of 0': ({ products }) => products('?limit=0'),
  'a limit of 101': ({ orders }) => orders('?limit=101'),
  'a limit that is not a number': ({ orders }) => orders('?limit=many'),
  'an invalid cursor': ({ products }) => products('?cursor=!'),
  'a cursor of another list': ({ orders }) => orders(`?cursor=${Buffer.from('products mug').toString('base64url')}`),
  'an unknown parameter': ({ orders }) => orders('?status=confirmed'),
});
