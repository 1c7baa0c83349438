import { describe, expect, it } from 'vitest';
import type { Attempt } from '#payments/domain/attempt';
import { callbacks } from '#payments/http/callbacks';
import { sign } from '#payments/http/signature';
import { attemptTable } from '#payments/table/attempt-table';
import { createCharge } from '#sandbox/domain/charge';
import { chargeTable } from '#sandbox/table/charge-table';
import { request } from '../platform/fixtures/request.ts';
import { anAttempt, key, orderId, tenantId, total } from './fixtures/attempt.ts';
import { CALLBACK_SECRET, sandboxWorld } from './fixtures/sandbox-world.ts';

const PATH = '/v1/providers/sandbox/callbacks';
const capture = { key, status: 'captured', ...total };

const receiver = async (standing?: Attempt) => {
  const { rt, provider } = sandboxWorld();
  const attempts = attemptTable(rt);
  if (standing) await attempts.putIfAbsent(standing);
  await chargeTable(rt).putIfAbsent(createCharge({ key, ...total }, 'captured'));
  const fn = callbacks(rt);
  const send = (text: string, signature?: string, path = PATH) =>
    request(fn, 'POST', path, { text, headers: signature === undefined ? {} : { 'Breakwater-Signature': signature } });
  const now = () => Math.floor(rt.now().getTime() / 1_000);
  const signed = (text: string, t = now(), secret = CALLBACK_SECRET) => `t=${t},v1=${sign(secret, `${t}`, text)}`;
  return {
    ...{ send, signed, now, provider },
    tell: (body: unknown) => send(JSON.stringify(body), signed(JSON.stringify(body))),
    attempt: () => attempts.find(tenantId, orderId),
    charged: () => chargeTable(rt).find(key),
  };
};

describe('a callback', () => {
  it('that was signed tells of a capture, and may be told again', async () => {
    const { tell, attempt } = await receiver(anAttempt());
    for (const _ of ['once', 'again'])
      expect(await tell({ ...capture, id: 'more' })).toMatchObject({ status: 200, body: { received: true } });
    expect(await attempt()).toMatchObject({ status: 'captured', captured: 55_00, version: 2 });
  });

  it('gives back what nobody wants, and is to be repeated while that is not certain', async () => {
    const { tell, attempt, charged, provider } = await receiver(anAttempt({ status: 'settled' }));
    provider.loseAnswers(1);
    expect(await tell(capture)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await attempt()).toMatchObject({ refunded: 0 });
    expect(await tell(capture)).toMatchObject({ status: 200 });
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
    expect(await charged()).toMatchObject({ captured: 55_00, refunded: 55_00, refunds: [`${key}.refund`] });
  });

  it('of another amount has its problem', async () => {
    const { tell, attempt } = await receiver(anAttempt());
    expect(await tell({ ...capture, amount: 1 })).toMatchObject({ status: 422, body: { code: 'wrong_amount' } });
    expect(await attempt()).toEqual(anAttempt());
  });

  it('of what was never attempted is of no charge', async () => {
    const { tell } = await receiver();
    expect(await tell(capture)).toMatchObject({ status: 404, body: { code: 'charge_not_found' } });
  });

  it('is of a provider that is known', async () => {
    const { send, signed } = await receiver(anAttempt());
    const text = JSON.stringify(capture);
    const other = await send(text, signed(text), '/v1/providers/paypal/callbacks');
    expect(other).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each([
    ['bad JSON', '{', 400, 'malformed_json'],
    ['a key without a tenant', JSON.stringify({ ...capture, key: 'o1' }), 422, 'invalid_body'],
    ['a status of another kind', JSON.stringify({ ...capture, status: 'lost' }), 422, 'invalid_body'],
  ])('with %s is refused, though signed', async (_, text, status, code) => {
    const { send, signed } = await receiver(anAttempt());
    expect(await send(text, signed(text))).toMatchObject({ status, body: { code } });
  });
});

describe('the signature', () => {
  const text = JSON.stringify(capture);
  type Receiver = Awaited<ReturnType<typeof receiver>>;

  it.each<[string, (its: Receiver) => string | undefined]>([
    ['is missing', () => undefined],
    ['is of another form', () => 'v1=abc'],
    ['is of another body', ({ signed }) => signed(`${text} `)],
    ['is by another secret', ({ signed, now }) => signed(text, now(), 'guessed')],
    ['is of another time', ({ signed, now }) => signed(text, now() - 1).replace(/t=\d+/, `t=${now()}`)],
    ['is older than 5 minutes', ({ signed, now }) => signed(text, now() - 301)],
    ['is of more than 5 minutes from now', ({ signed, now }) => signed(text, now() + 301)],
  ])('is not accepted where it %s, and nothing is done', async (_, signature) => {
    const its = await receiver(anAttempt());
    expect(await its.send(text, signature(its))).toMatchObject({ status: 401, body: { code: 'invalid_signature' } });
    expect(await its.attempt()).toEqual(anAttempt());
  });

  it.each([-299, 0, 300])('is accepted within 5 minutes: %d seconds', async (offset) => {
    const { send, signed, now } = await receiver(anAttempt());
    expect(await send(text, signed(text, now() + offset))).toMatchObject({ status: 200 });
  });

  it('is what the provider computes of its own: HMAC-SHA256 over <t>.<body>', () => {
    // openssl: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec
    expect(sign('whsec', '1700000000', '{"a":1}')).toBe(
      '8ad37ba156048ae0e0a5533c75cdf26fee88b07f93cb57ee4c80adb053012032',
    );
  });
});
