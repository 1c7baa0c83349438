import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { actByHand, getCharge } from './client.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectStatus, send } from './request.ts';
import { openShop, placeOrder, readCharge, readOrder, type Shop, waitForOrderEnd } from './shop.ts';

const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** Sends a callback as the provider does, signed with its key by default. */
const sendCallback = (body: unknown, { key = host.callbackKey, at = nowSeconds(), provider = 'sandbox' } = {}) => {
  const text = JSON.stringify(body);
  const signature = createHmac('sha256', key).update(`${at}.${text}`).digest('hex');
  const headers = { 'breakwater-signature': `t=${at},v1=${signature}` };
  return send('POST', `/v1/providers/${provider}/callbacks`, { headers, body: text });
};

test('a signed callback is accepted, and repeating it changes nothing', async () => {
  const shop = await openShop({ mug: 10 });
  const { id, total } = await placeOrder(shop, [['mug', 1]]);
  await waitForOrderEnd(shop, id);
  const captured = { key: `${shop.tenantId}.${id}`, status: 'captured', ...total };
  for (const _ of [1, 2]) await expectStatus(sendCallback(captured), 200);
  expect(await expectStatus(getCharge(shop.tenantId, id), 200)).toMatchObject({ captured: total.amount, refunded: 0 });
  expect((await readOrder(shop, id)).status).toBe('confirmed');
});

test.each([
  ['with another key', { key: 'not the key' }, { status: 401, code: 'invalid_signature' }],
  ['too old', { at: nowSeconds() - 6 * 60 }, { status: 401, code: 'invalid_signature' }],
  ['for an unknown provider', { provider: 'nobody' }, { status: 404, code: 'not_found' }],
])('a callback signed %s is refused', async (_, options, { status, code }) => {
  const body = { key: 'any.order', status: 'captured', amount: 1, currency: 'EUR' };
  expect(await sendCallback(body, options)).toMatchObject({ status, body: { code } });
});

const keyOf = (shop: Shop, id: string) => `${shop.tenantId}.${id}`;
const kept = ({ captured, refunded }: { readonly captured: number; readonly refunded: number }) => captured - refunded;

test('a decline that is reported while the charge captures costs nobody money', async () => {
  const shop = await openShop({ mug: 10 });
  const { id, total } = await placeOrder(shop, [['mug', 1]], 'tok_slow');
  await pollUntil(
    host.limits.orderMs,
    () => readCharge(shop.tenantId, id),
    ({ captured }) => captured > 0,
  );
  await expectStatus(sendCallback({ key: keyOf(shop, id), status: 'declined', ...total }), 200);
  const { status } = await waitForOrderEnd(shop, id);
  expect(kept(await readCharge(shop.tenantId, id))).toBe(status === 'confirmed' ? total.amount : 0);
});

test('what is refunded or disputed without Breakwater is shown with the order, once', async () => {
  const shop = await openShop({ mug: 10 });
  const { id, total } = await placeOrder(shop, [['mug', 1]]);
  await waitForOrderEnd(shop, id);
  const key = keyOf(shop, id);
  await expectStatus(actByHand(key, 'refund-by-hand', { amount: 100 }), 200);
  await expectStatus(actByHand(key, 'dispute', { amount: total.amount }), 200);
  for (const _ of [1, 2]) {
    await expectStatus(sendCallback({ key, status: 'refunded', ...total, amount: 100 }), 200);
    await expectStatus(sendCallback({ key, status: 'disputed', ...total }), 200);
  }
  const { status, reports } = await readOrder(shop, id);
  expect(status).toBe('confirmed');
  expect(reports).toMatchObject([
    { n: 1, kind: 'refunded', amount: 100 },
    { n: 1, kind: 'disputed', amount: total.amount },
  ]);
});

test('a capture that surfaces after a decline goes back', async () => {
  const shop = await openShop({ mug: 10 });
  const { id, total } = await placeOrder(shop, [['mug', 1]], 'tok_declined');
  expect(await waitForOrderEnd(shop, id)).toMatchObject({ status: 'cancelled', reason: 'payment_declined' });
  await expectStatus(actByHand(keyOf(shop, id), 'capture-by-hand', total), 200);
  for (const _ of [1, 2]) await expectStatus(sendCallback({ key: keyOf(shop, id), status: 'captured', ...total }), 200);
  expect(await readCharge(shop.tenantId, id)).toMatchObject({ captured: total.amount, refunded: total.amount });
  expect((await readOrder(shop, id)).status).toBe('cancelled');
});

test.each(['absent', 'absent.2'])('a capture of no order is received, and left to a person: %s', async (order) => {
  const shop = await openShop({ mug: 10 });
  const money = { amount: 500, currency: 'EUR' };
  await expectStatus(actByHand(keyOf(shop, order), 'capture-by-hand', money), 200);
  for (const _ of [1, 2])
    await expectStatus(sendCallback({ key: keyOf(shop, order), status: 'captured', ...money }), 200);
  expect(await readCharge(shop.tenantId, order)).toMatchObject({ captured: 500, refunded: 0 });
});

test.each([
  ['declined', { amount: 1 }],
  ['declined', { currency: 'USD' }],
  ['refunded', { amount: 1_000_000 }],
  ['disputed', { currency: 'USD' }],
])('a callback of %s with %j is refused', async (status, change) => {
  const shop = await openShop({ mug: 10 });
  const { id, total } = await placeOrder(shop, [['mug', 1]]);
  await waitForOrderEnd(shop, id);
  const response = await sendCallback({ key: keyOf(shop, id), status, ...total, ...change });
  expect(response).toMatchObject({ status: 422, body: { code: 'wrong_amount' } });
});

test('a callback for an unknown charge is refused', async () => {
  const body = { key: 'any.order', status: 'captured', amount: 1, currency: 'EUR' };
  expect(await sendCallback(body)).toMatchObject({ status: 404, body: { code: 'charge_not_found' } });
});
