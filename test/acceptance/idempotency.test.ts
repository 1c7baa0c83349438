import { expect, test } from 'vitest';
import { createOrderBody, haveOneFirst, isReplay } from './client.ts';
import { expectProblem } from './problem.ts';
import { expectStatus } from './request.ts';
import { expectStock, openShop, waitForOrderEnd } from './shop.ts';

const mugs = (quantity: number, token?: string) => createOrderBody([['mug', quantity]], token);

test('20 concurrent requests with one key create one order', async () => {
  const shop = await openShop({ mug: 50 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => shop.place(mugs(2), 'key')));
  const orders = await Promise.all(answers.map((answer) => expectStatus(answer, 202)));
  expect(answers).toSatisfy(haveOneFirst);
  const [id, ...others] = new Set(orders.map((order) => order.id));
  expect(others).toEqual([]);
  expect((await waitForOrderEnd(shop, id ?? '')).status).toBe('confirmed');
  await expectStock(shop, { sku: 'mug', available: 48, held: 0, sold: 2 });
});

test.each([
  ['confirmed', 'tok_ok'],
  ['cancelled', 'tok_declined'],
])('a key sent again after its order was %s returns the current order', async (status, token) => {
  const shop = await openShop({ mug: 50 });
  const first = await shop.place(mugs(1, token), 'key');
  const ended = await waitForOrderEnd(shop, (await expectStatus(first, 202)).id);
  expect(ended.status).toBe(status);
  const again = await shop.place(mugs(1, token), 'key');
  expect(again).toMatchObject({ status: 202, body: ended });
  expect([haveOneFirst([first]), isReplay(again)]).toEqual([true, true]);
});

test.each<[string, (body: ReturnType<typeof mugs>) => string]>([
  ['its fields in another order', ({ lines, customer, payment }) => JSON.stringify({ payment, customer, lines })],
  ['white space', (body) => JSON.stringify(body, undefined, '\t')],
  ['escaped characters', (body) => JSON.stringify(body).replace('mug', '\\u006dug').replace('tok_ok', '\\u0074ok_ok')],
  ['the number as 1.0', (body) => JSON.stringify(body).replace('"quantity":1', '"quantity":1.0')],
  ['the number as 10e-1', (body) => JSON.stringify(body).replace('"quantity":1', '"quantity":10e-1')],
])('the same body with %s returns the same order', async (_, rewrite) => {
  const shop = await openShop({ mug: 50 });
  const first = await expectStatus(shop.place(mugs(1), 'key'), 202);
  const again = await shop.place(rewrite(JSON.parse(shop.toText(mugs(1)))), 'key');
  expect([(await expectStatus(again, 202)).id, isReplay(again)]).toEqual([first.id, true]);
});

test('blanks at the ends of an e-mail address do not make another body', async () => {
  const shop = await openShop({ mug: 50 });
  const { customer, ...order } = mugs(1);
  const first = await expectStatus(shop.place({ ...order, customer: { email: ` ${customer.email} ` } }, 'key'), 202);
  expect(first).toMatchObject({ customer });
  expect(await shop.place({ ...order, customer }, 'key')).toMatchObject({ status: 202, body: { id: first.id } });
});

test('a key with another body is refused', async () => {
  const shop = await openShop({ mug: 50 });
  await expectStatus(shop.place(mugs(1), 'key'), 202);
  const reused = await shop.place(mugs(2), 'key');
  expectProblem(reused, 'key_reused');
  expect(isReplay(reused)).toBe(false);
});

test('a repeated request returns its order even if it would be refused today', async () => {
  const shop = await openShop({ mug: 50 });
  const first = await expectStatus(shop.place(mugs(2), 'key'), 202);
  const expensive = { name: 'Mug', price: { amount: 100_000_00, currency: 'USD' } };
  await expectStatus(shop.putProduct('mug', expensive), 200);
  expectProblem(await shop.place(mugs(2), 'a new key'), 'total_too_large');
  expect(await shop.place(mugs(2), 'key')).toMatchObject({ status: 202, body: { id: first.id } });
});

test('concurrent requests with one key and different bodies create one order, and the others are refused', async () => {
  const shop = await openShop({ mug: 50 });
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((quantity) => shop.place(mugs(quantity), 'key')));
  const [created, ...others] = answers.filter(({ status }) => status === 202);
  expect([created && haveOneFirst([created]), others]).toEqual([true, []]);
  for (const answer of answers) if (answer !== created) expectProblem(answer, 'key_reused');
  expect((await expectStatus(shop.orders(), 200)).items).toHaveLength(1);
});

test('a refused request does not use up its key', async () => {
  const shop = await openShop({ mug: 50 });
  expectProblem(await shop.place(createOrderBody([['unknown', 1]]), 'key'), 'unknown_sku');
  await expectStatus(shop.place(mugs(1), 'key'), 202);
});

test('a key counts for one tenant and one route', async () => {
  const [shop, other] = [await openShop({ mug: 50 }), await openShop({ mug: 50 })];
  const order = await shop.place(mugs(1), 'key');
  const [elsewhere, adjustment] = [
    await other.place(mugs(2), 'key'),
    await shop.adjust('mug', { delta: 1, reason: 'found' }, 'key'),
  ];
  for (const answer of [order, elsewhere, adjustment]) expect([answer]).toSatisfy(haveOneFirst);
  await expectStatus(adjustment, 201);
  expect((await expectStatus(elsewhere, 202)).id).not.toBe((await expectStatus(order, 202)).id);
});

test('a repeated adjustment says that it is a replay, and the SKU is part of its request', async () => {
  const shop = await openShop({ mug: 5, pot: 5 });
  const lost = { delta: -5, reason: 'lost' };
  const first = await shop.adjust('mug', lost, 'key');
  const again = await shop.adjust('mug', '{"reason":"\\u006cost","delta":-0.5e1}', 'key');
  expect(again).toMatchObject({ status: 201, body: first.body });
  expect([haveOneFirst([first]), isReplay(again)]).toEqual([true, true]);
  expectProblem(await shop.adjust('pot', lost, 'key'), 'key_reused');
  expectProblem(await shop.adjust('mug', { ...lost, delta: -4 }, 'key'), 'key_reused');
  expect((await expectStatus(shop.stock('pot'), 200)).available).toBe(5);
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'a key with blanks', `"quoted"`, '~'.repeat(255)])(
  'the key %s works like any other',
  async (key) => {
    const shop = await openShop({ mug: 50 });
    const first = await shop.place(mugs(1), key);
    const again = await shop.place(mugs(1), key);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect([haveOneFirst([first]), isReplay(again)]).toEqual([true, true]);
    expectProblem(await shop.place(mugs(2), key), 'key_reused');
  },
);

test.each(['', ' ', 'k'.repeat(256), 'caf\u00e9', 'a\tb'])('the key %j is refused', async (key) => {
  const shop = await openShop({ mug: 50 });
  expectProblem(await shop.place(mugs(1), key), 'idempotency_key_required');
});
