import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { chargeOf } from './client.ts';
import { host } from './host.ts';
import { openShop, orderEnded, placed } from './shop.ts';

const now = () => Math.floor(Date.now() / 1_000);

/** A callback as the provider would send it, signed with its key unless told otherwise. */
const callback = async (body: unknown, { key = host.callbackKey, at = now(), provider = 'sandbox' } = {}) => {
  const text = JSON.stringify(body);
  const signature = createHmac('sha256', key).update(`${at}.${text}`).digest('hex');
  const response = await fetch(`${host.baseUrl}/v1/providers/${provider}/callbacks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'breakwater-signature': `t=${at},v1=${signature}` },
    body: text,
    signal: AbortSignal.timeout(host.limits.answerMs),
  });
  return { status: response.status, body: (await response.json()) as { code?: string } };
};

test('a callback counts when it is signed, and repeats of it do no harm', async () => {
  const shop = await openShop({ mug: 10 });
  const { id, total } = await placed(shop, [['mug', 1]]);
  await orderEnded(shop, id);
  const captured = { key: `${shop.tenantId}.${id}`, status: 'captured', ...total };
  expect((await callback(captured)).status).toBe(200);
  expect((await callback(captured)).status).toBe(200);
  expect((await chargeOf(shop.tenantId, id)).body).toMatchObject({ captured: total.amount, refunded: 0 });
  expect((await shop.order(id)).body.status).toBe('confirmed');
});

test.each([
  ['with another key', { key: 'not the key' }, 401, 'invalid_signature'],
  ['too old', { at: now() - 6 * 60 }, 401, 'invalid_signature'],
  ['from nobody we know', { provider: 'nobody' }, 404, 'not_found'],
])('a callback signed %s is refused', async (_, how, status, code) => {
  const told = { key: 'any.order', status: 'captured', amount: 1, currency: 'EUR' };
  expect(await callback(told, how)).toMatchObject({ status, body: { code } });
});

test('a callback about a charge that was never made is refused', async () => {
  const told = { key: 'any.order', status: 'captured', amount: 1, currency: 'EUR' };
  expect(await callback(told)).toMatchObject({ status: 404, body: { code: 'charge_not_found' } });
});
