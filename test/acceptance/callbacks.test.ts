import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { getCharge } from './client.ts';
import { host } from './host.ts';
import { expectStatus, send } from './request.ts';
import { openShop, placeOrder, readOrder, waitForOrderEnd } from './shop.ts';

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

test('a callback for an unknown charge is refused', async () => {
  const body = { key: 'any.order', status: 'captured', amount: 1, currency: 'EUR' };
  expect(await sendCallback(body)).toMatchObject({ status: 404, body: { code: 'charge_not_found' } });
});
