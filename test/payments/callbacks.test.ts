import { describe, expect, it } from 'vitest';
import type { Attempt } from '#payments/domain/attempt';
import { sign } from '#payments/http/signature';
import { callbacks } from '#payments/payments.lambda';
import { attemptTable } from '#payments/table/attempt-table';
import { createCharge } from '#sandbox/domain/charge';
import { chargeTable } from '#sandbox/table/charge-table';
import { request } from '../fixtures/request.ts';
import { anAttempt, key, orderId, tenantId, total } from './fixtures/attempt.ts';
import { CALLBACK_SECRET, sandboxRuntime } from './fixtures/sandbox-runtime.ts';

const PATH = '/v1/providers/sandbox/callbacks';
const capture = { key, status: 'captured', ...total };

const createReceiver = async (existing?: Attempt) => {
  const { rt, provider } = sandboxRuntime();
  const attempts = attemptTable(rt);
  if (existing) await attempts.putIfAbsent(existing);
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
    ...{ send, signed, now, provider },
    sendSigned: (body: unknown) => send(JSON.stringify(body), signed(JSON.stringify(body))),
    attempt: () => attempts.find(tenantId, orderId),
    charged: () => chargeTable(rt).find(key),
  };
};

describe('a callback', () => {
  it('with a signature reports a capture, and may be repeated', async () => {
    const { sendSigned, attempt } = await createReceiver(anAttempt());
    for (const _ of ['once', 'again'])
      expect(await sendSigned({ ...capture, id: 'more' })).toMatchObject({ status: 200, body: { received: true } });
    expect(await attempt()).toMatchObject({ status: 'captured', captured: 55_00, version: 2 });
  });

  it('refunds an unwanted capture, and must be repeated until the refund is certain', async () => {
    const { sendSigned, attempt, charged, provider } = await createReceiver(anAttempt({ status: 'settled' }));
    provider.loseResponses(1);
    expect(await sendSigned(capture)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await attempt()).toMatchObject({ refunded: 0 });
    expect(await sendSigned(capture)).toMatchObject({ status: 200 });
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
    expect(await charged()).toMatchObject({ captured: 55_00, refunded: 55_00, refunds: [`${key}.refund`] });
  });

  it('with another amount is refused', async () => {
    const { sendSigned, attempt } = await createReceiver(anAttempt());
    expect(await sendSigned({ ...capture, amount: 1 })).toMatchObject({ status: 422, body: { code: 'wrong_amount' } });
    expect(await attempt()).toEqual(anAttempt());
  });

  it('without an attempt has no charge', async () => {
    const { sendSigned } = await createReceiver();
    expect(await sendSigned(capture)).toMatchObject({ status: 404, body: { code: 'charge_not_found' } });
  });

  it('of an unknown provider is refused', async () => {
    const { send, signed } = await createReceiver(anAttempt());
    const text = JSON.stringify(capture);
    const other = await send(text, signed(text), '/v1/providers/paypal/callbacks');
    expect(other).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each([
    ['bad JSON', '{', { status: 400, code: 'malformed_json' }],
    ['a key without a tenant', JSON.stringify({ ...capture, key: 'o1' }), { status: 422, code: 'invalid_body' }],
    ['an unknown status', JSON.stringify({ ...capture, status: 'lost' }), { status: 422, code: 'invalid_body' }],
  ])('with %s is refused, even with a valid signature', async (_, text, { status, code }) => {
    const { send, signed } = await createReceiver(anAttempt());
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
  ])('is refused if it %s, and the attempt does not change', async (_, signature) => {
    const receiver = await createReceiver(anAttempt());
    expect(await receiver.send(text, signature(receiver))).toMatchObject({
      status: 401,
      body: { code: 'invalid_signature' },
    });
    expect(await receiver.attempt()).toEqual(anAttempt());
  });

  it.each([-299, 0, 300])('is accepted within 5 minutes: at an offset of %d seconds', async (offset) => {
    const { send, signed, now } = await createReceiver(anAttempt());
    expect(await send(text, signed(text, now() + offset))).toMatchObject({ status: 200 });
  });

  it('equals an independent HMAC-SHA256 of <t>.<body>', () => {
    // openssl: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec
    expect(sign('whsec', '1700000000', '{"a":1}')).toBe(
      '8ad37ba156048ae0e0a5533c75cdf26fee88b07f93cb57ee4c80adb053012032',
    );
  });
});
