import { describe, expect, it, vi } from 'vitest';
import { findOrderForPayment } from '#orders/public';
import { orderTable } from '#orders/table/order-table';
import type { Payment } from '#payments/domain/payment';
import { sign } from '#payments/http/signature';
import { callbacks } from '#payments/payments.lambda';
import { strayKey } from '#payments/table/keys';
import { paymentTable } from '#payments/table/payment-table';
import { createCharge } from '#sandbox/domain/charge';
import { chargeTable } from '#sandbox/table/charge-table';
import { anOrder } from '../fixtures/order.ts';
import { request } from '../fixtures/request.ts';
import { aPayment, key, orderId, tenantId, total } from './fixtures/payment.ts';
import { CALLBACK_SECRET, sandboxRuntime } from './fixtures/sandbox-runtime.ts';

const PATH = '/v1/providers/sandbox/callbacks';
const capture = { key, status: 'captured', ...total };

const settled = aPayment({ status: 'settled' }, { status: 'settled' });

const createReceiver = async (existing?: Payment) => {
  const { rt: base, provider, itemAt } = sandboxRuntime();
  const metric = vi.fn<typeof base.metric>();
  const rt: typeof base = Object.create(base, { metric: { value: metric } });
  const payments = paymentTable(rt);
  if (existing) await payments.putIfAbsent(existing);
  await chargeTable(rt).putIfAbsent(createCharge({ key, ...total }, 'captured'));
  const fn = callbacks.create(rt);
  const send = (text: string, signature?: string, path = PATH) =>
    request(fn, {
      method: 'POST',
      path,
      text,
      headers: signature === undefined ? {} : { 'Breakwater-Signature': signature },
    });
  const now = () => Math.floor(rt.now().getTime() / 1_000);
  const signed = (text: string, t = now(), secret = CALLBACK_SECRET) => `t=${t},v1=${sign(secret, `${t}`, text)}`;
  return {
    ...{ send, signed, now, provider, rt, metric },
    sendSigned: (body: unknown) => send(JSON.stringify(body), signed(JSON.stringify(body))),
    payment: () => payments.find(tenantId, orderId),
    attempt: async () => (await payments.find(tenantId, orderId))?.attempts[0],
    stray: () => itemAt(strayKey(tenantId, key)),
    charged: () => chargeTable(rt).find(key),
  };
};

describe('a callback', () => {
  it('with a signature reports a capture, and may be repeated', async () => {
    const { sendSigned, payment } = await createReceiver(aPayment());
    for (const _ of ['once', 'again'])
      expect(await sendSigned({ ...capture, id: 'more' })).toMatchObject({ status: 200, body: { received: true } });
    expect(await payment()).toEqual(aPayment({ version: 2 }, { status: 'captured', captured: 55_00 }));
  });

  it('refunds an unwanted capture, and must be repeated until the refund is certain', async () => {
    const { sendSigned, attempt, charged, provider } = await createReceiver(settled);
    provider.loseResponses(1);
    expect(await sendSigned(capture)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await attempt()).toMatchObject({ refunded: 0 });
    expect(await sendSigned(capture)).toMatchObject({ status: 200 });
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
    expect(await charged()).toMatchObject({ captured: 55_00, refunded: 55_00, refunds: [`${key}.refund`] });
  });

  it('with another amount is refused, and what the provider keeps is recorded', async () => {
    const { sendSigned, payment } = await createReceiver(aPayment());
    expect(await sendSigned({ ...capture, amount: 1 })).toMatchObject({ status: 422, body: { code: 'wrong_amount' } });
    expect(await payment()).toEqual(aPayment({ version: 2 }, { status: 'captured', captured: 55_00 }));
  });

  it.each([
    [{ amount: 1 }, { because: 'wrong_amount', charge: key, status: 'captured', amount: 1, currency: 'EUR' }],
    [
      { key: 't1.o2' },
      { because: 'charge_not_found', charge: 't1.o2', status: 'captured', amount: 55_00, currency: 'EUR' },
    ],
    [{ status: 'lost' }, { because: 'unreadable', problem: expect.stringContaining('invalid_body') }],
  ])('that is signed and refused alarms, with what the provider said: %j', async (change, details) => {
    const { sendSigned, metric } = await createReceiver(aPayment());
    await sendSigned({ ...capture, ...change });
    expect(metric.mock.calls).toEqual([['CallbacksRefused', 1, details]]);
  });

  it('that nobody has signed raises no alarm, because anyone may send it', async () => {
    const { send, metric } = await createReceiver(aPayment());
    await send(JSON.stringify({ ...capture, amount: 1 }));
    expect(metric).not.toHaveBeenCalled();
  });

  it('about a key that the provider does not know is refused', async () => {
    const { sendSigned } = await createReceiver();
    expect(await sendSigned({ ...capture, key: 't1.o2' })).toMatchObject({
      status: 404,
      body: { code: 'charge_not_found' },
    });
  });

  it('about a charge whose payment was lost is adopted for its order', async () => {
    const { sendSigned, payment, rt } = await createReceiver();
    await orderTable(rt).putIfAbsent(anOrder());
    expect(await sendSigned(capture)).toMatchObject({ status: 200 });
    expect(await payment()).toEqual(aPayment({ version: 2 }, { status: 'captured', captured: 55_00, run: undefined }));
    expect(await findOrderForPayment(rt)(tenantId, orderId)).toEqual({ status: 'placed', total, isPaidOffline: false });
  });

  it('about a capture of no order is received, and the capture is quarantined', async () => {
    const { sendSigned, stray } = await createReceiver();
    expect(await sendSigned(capture)).toMatchObject({ status: 200 });
    expect(await stray()).toMatchObject({ key, captured: 55_00, refunded: 0, currency: 'EUR' });
  });

  it('of an unknown provider is refused', async () => {
    const { send, signed } = await createReceiver(aPayment());
    const text = JSON.stringify(capture);
    const other = await send(text, signed(text), '/v1/providers/paypal/callbacks');
    expect(other).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each([
    ['bad JSON', '{', { status: 400, code: 'malformed_json' }],
    ['a key without a tenant', JSON.stringify({ ...capture, key: 'o1' }), { status: 422, code: 'invalid_body' }],
    [
      'the number 1 of an attempt',
      JSON.stringify({ ...capture, key: `${key}.1` }),
      { status: 422, code: 'invalid_body' },
    ],
    ['a negative amount', JSON.stringify({ ...capture, amount: -1 }), { status: 422, code: 'invalid_body' }],
    ['an unknown status', JSON.stringify({ ...capture, status: 'lost' }), { status: 422, code: 'invalid_body' }],
  ])('with %s is refused, even with a valid signature', async (_, text, { status, code }) => {
    const { send, signed } = await createReceiver(aPayment());
    expect(await send(text, signed(text))).toMatchObject({ status, body: { code } });
  });
});

describe('the signature', () => {
  const text = JSON.stringify(capture);
  type Receiver = Awaited<ReturnType<typeof createReceiver>>;

  it.each<[string, (receiver: Receiver) => string | undefined]>([
    ['is missing', () => undefined],
    ['has another form', () => 'v1=abc'],
    ['is of another body', ({ signed }) => signed(`${text} `)],
    ['is by another secret', ({ signed, now }) => signed(text, now(), 'guessed')],
    ['is of another time', ({ signed, now }) => signed(text, now() - 1).replace(/t=\d+/, `t=${now()}`)],
    ['is older than 5 minutes', ({ signed, now }) => signed(text, now() - 301)],
    ['is of more than 5 minutes from now', ({ signed, now }) => signed(text, now() + 301)],
  ])('is refused if it %s, and the payment does not change', async (_, signature) => {
    const receiver = await createReceiver(aPayment());
    expect(await receiver.send(text, signature(receiver))).toMatchObject({
      status: 401,
      body: { code: 'invalid_signature' },
    });
    expect(await receiver.payment()).toEqual(aPayment());
  });

  it.each([-299, 0, 300])('is accepted within 5 minutes: at an offset of %d seconds', async (offset) => {
    const { send, signed, now } = await createReceiver(aPayment());
    expect(await send(text, signed(text, now() + offset))).toMatchObject({ status: 200 });
  });

  it('equals an independent HMAC-SHA256 of <t>.<body>', () => {
    // openssl: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec
    expect(sign('whsec', '1700000000', '{"a":1}')).toBe(
      '8ad37ba156048ae0e0a5533c75cdf26fee88b07f93cb57ee4c80adb053012032',
    );
  });
});
