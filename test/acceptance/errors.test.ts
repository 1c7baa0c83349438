import { describe, expect, test } from 'vitest';
import type { ProblemCode } from '#contexts';
import { type Answer, createTenant, orderOf, send } from './client.ts';
import { expectProblem } from './problem.ts';
import { openShop, PRICE, type Shop } from './shop.ts';

const LARGEST_BODY = 256 * 1024;

/** One shop for all: nothing here changes it. */
const shop = await openShop({ mug: 100, tray: 100 });
await shop.putProduct('yen', { name: 'In yen', price: { amount: 100, currency: 'JPY' } });
await shop.putProduct('yacht', { name: 'Yacht', price: { amount: 1_000_000_000, currency: 'EUR' } });

const order = orderOf([['mug', 1]]);
const line = { sku: 'mug', quantity: 1 };
const skus = (count: number) => Array.from({ length: count }, (_, n) => [`sku-${n}`, 1] as const);

type Cases = Readonly<Record<string, (of: Shop) => Promise<Answer<unknown>>>>;
const refused = (code: ProblemCode, cases: Cases) =>
  describe(code, () => {
    test.each(Object.entries(cases))('%s', async (_, ask) => expectProblem(await ask(shop), code));
  });

const placing = (bodies: Readonly<Record<string, unknown>>): Cases =>
  Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, (of) => of.place(body)]));

refused(
  'invalid_body',
  placing({
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
    '21 lines': orderOf(skus(21)),
    'a quantity that is text': { ...order, lines: [{ ...line, quantity: '1' }] },
    'a quantity of 0': { ...order, lines: [{ ...line, quantity: 0 }] },
    'a quantity of 1,000': { ...order, lines: [{ ...line, quantity: 1_000 }] },
    'half a piece': { ...order, lines: [{ ...line, quantity: 0.5 }] },
    'a SKU that cannot be': { ...order, lines: [{ ...line, sku: 'mug#1' }] },
    'an address that is no e-mail': { ...order, customer: { email: 'ada' } },
    'an empty token': { ...order, payment: { token: '' } },
  }),
);

refused('invalid_body', {
  'a product without a price': (of) => of.putProduct('new', { name: 'New' }),
  'a product that costs nothing': (of) => of.putProduct('new', { name: 'New', price: { ...PRICE, amount: 0 } }),
  'a product that costs half a cent': (of) => of.putProduct('new', { name: 'New', price: { ...PRICE, amount: 0.5 } }),
  'a product with a made-up currency': (of) =>
    of.putProduct('new', { name: 'New', price: { ...PRICE, currency: 'eur' } }),
  'a product with its version': (of) => of.putProduct('new', { name: 'New', price: PRICE, version: 7 }),
  'an adjustment of nothing': (of) => of.adjust('mug', { delta: 0, reason: 'why' }),
  'an adjustment beyond its range': (of) => of.adjust('mug', { delta: 1_000_001, reason: 'received' }),
  'an adjustment that is text': (of) => of.adjust('mug', { delta: '5', reason: 'received' }),
  'an adjustment without a reason': (of) => of.adjust('mug', { delta: 5 }),
  'an adjustment with an unknown field': (of) => of.adjust('mug', { delta: 5, reason: 'received', available: 9 }),
  'a tenant without a name': () => createTenant({}),
  'a tenant that chooses its key': () => createTenant({ name: 'Acme', apiKey: 'bw_a_0123456789abcdef' }),
});

test('an invalid body is told by what is wrong, and where', async () => {
  const { body } = await shop.place({ ...order, lines: [{ ...line, quantity: 0 }] });
  expect(body).toMatchObject({ errors: [{ pointer: '#/lines/0/quantity', detail: expect.any(String) }] });
});

refused('malformed_json', placing({ 'half a body': '{"lines":', 'no JSON at all': 'lines=mug', 'an empty body': '' }));

refused('body_too_large', placing({ 'one byte too many': JSON.stringify(order).padEnd(LARGEST_BODY + 1) }));
test('a body of just 256 KB is read', async () => {
  expect((await shop.place(JSON.stringify(order).padEnd(LARGEST_BODY))).status).toBe(202);
});

refused('duplicate_sku', placing({ 'two lines of one SKU': { ...order, lines: [line, { ...line, quantity: 2 }] } }));
refused(
  'unknown_sku',
  placing({
    'a product that nobody has': orderOf([
      ['mug', 1],
      ['unicorn', 1],
    ]),
  }),
);
refused(
  'mixed_currencies',
  placing({
    'euros and yen': orderOf([
      ['mug', 1],
      ['yen', 1],
    ]),
  }),
);
refused('total_too_large', placing({ 'a yacht': orderOf([['yacht', 1]]) }));

refused('idempotency_key_required', {
  'an order without a key': ({ key }) => send('POST', '/v1/orders', { key, body: order }),
  'an order with an empty key': ({ place }) => place(order, ''),
  'an order with a key of 256 characters': ({ place }) => place(order, 'k'.repeat(256)),
  'an adjustment without a key': ({ key }) =>
    send('POST', '/v1/inventory/mug/adjustments', { key, body: { delta: 1, reason: 'received' } }),
  'an adjustment with a key of 256 characters': ({ adjust }) =>
    adjust('mug', { delta: 1, reason: 'received' }, 'k'.repeat(256)),
});
test('a key of 255 characters is taken', async () => {
  expect((await shop.place(order, 'k'.repeat(255))).status).toBe(202);
});

refused('order_not_found', {
  'reading an order that nobody placed': ({ order: read }) => read('nothing'),
  'cancelling an order that nobody placed': ({ cancel }) => cancel('nothing'),
});
refused('product_not_found', { 'reading a product that nobody put': ({ product }) => product('unicorn') });
refused('sku_not_found', { 'reading stock that nobody received': ({ stock }) => stock('unicorn') });

refused('not_found', {
  'an unknown route': ({ key }) => send('GET', '/v1/unicorns', { key }),
  'an unknown route, without a key': () => send('GET', '/v1/unicorns', {}),
  'the root': () => send('GET', '/', {}),
  'an unknown method': ({ key }) => send('DELETE', '/v1/orders', { key }),
  'an unknown method of a thing': ({ key }) => send('PATCH', '/v1/orders/nothing', { key, body: {} }),
  'a SKU that cannot be': ({ product }) => product('mug%231'),
});

refused('invalid_query', {
  'a limit of 0': ({ products }) => products('?limit=0'),
  'a limit of 101': ({ orders }) => orders('?limit=101'),
  'a limit that is no number': ({ orders }) => orders('?limit=many'),
  'a cursor that none answered': ({ products }) => products('?cursor=!'),
  'an unknown parameter': ({ orders }) => orders('?status=confirmed'),
});
