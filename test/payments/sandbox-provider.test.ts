import { describe, expect, it } from 'vitest';
import { sandboxProvider } from '#payments/adapters/sandbox-provider';
import type { Fetch } from '#platform/runtime/runtime';
import { createSecretsManager } from '../../embedded/aws/secrets/secrets.ts';
import { createTestRuntime } from '../fixtures/runtime.ts';
import { aState, key, total } from './fixtures/payment.ts';

type Sent = { readonly url: string; readonly init: Parameters<Fetch>[1] };
const provider = (
  fetch: () => Promise<Response> | never,
  secrets = new Map([['breakwater/test/provider-key', 'secret']]),
) => {
  const sent: Sent[] = [];
  const { rt } = createTestRuntime({
    services: [createSecretsManager(secrets)],
    variables: { PROVIDER_URL: 'http://provider.test' },
    fetch: async (url, init) => {
      sent.push({ url, init });
      return fetch();
    },
  });
  return { sent, ...sandboxProvider(rt) };
};
const respondingWith = (body: unknown, status = 200) =>
  provider(async () => new Response(JSON.stringify(body), { status }));
const captured = aState('captured');
const calls = [
  ['charge', ({ charge }: ReturnType<typeof provider>) => charge(key, total, 'tok_ok'), captured, captured],
  ['status', ({ status }: ReturnType<typeof provider>) => status(key), aState('absent'), aState('absent')],
  ['void', ({ void: voidCharge }: ReturnType<typeof provider>) => voidCharge(key), { status: 'voided' }, 'voided'],
  [
    'refund',
    ({ refund }: ReturnType<typeof provider>) => refund(key, `${key}.refund`, total),
    { ...captured, status: 'refunded' },
    'refunded',
  ],
] as const;

it('sends requests of the sandbox protocol, with the merchant key and a time-out', async () => {
  const { sent, charge, void: voidCharge, refund, status } = respondingWith({ status: 'captured' });
  await charge(key, total, 'tok_ok');
  await voidCharge(key);
  await refund(key, `${key}.refund`, total);
  await status(key);
  const url = 'http://provider.test/sandbox/charges';
  const bodyOf = (body: unknown) => (body === undefined ? undefined : JSON.parse(String(body)));
  expect(sent.map(({ url, init }) => [init.method, url, bodyOf(init.body)])).toEqual([
    ['POST', url, { key, amount: 55_00, currency: 'EUR', token: 'tok_ok' }],
    ['POST', `${url}/t1.o1/void`, {}],
    ['POST', `${url}/t1.o1/refund`, { refundKey: 't1.o1.refund', amount: 55_00, currency: 'EUR' }],
    ['GET', `${url}/t1.o1/state`, undefined],
  ]);
  for (const { init } of sent) {
    expect(init).toMatchObject({ timeoutMs: 5_000, headers: { authorization: 'Bearer secret' } });
    const contentType = new Headers(init.headers).get('content-type');
    expect(contentType).toBe(init.method === 'POST' ? 'application/json' : null);
  }
});

describe.each(calls)('%s', (...[, call, body, expected]) => {
  it('returns what the provider answers', async () => {
    expect(await call(respondingWith({ ...body, more: 1 }))).toEqual(expected);
  });

  it.each<[string, ReturnType<typeof provider>]>([
    ['no response', provider(() => Promise.reject(new DOMException('The call timed out.', 'TimeoutError')))],
    ['an error of the provider', respondingWith(body, 500)],
    ['a refusal of the call', respondingWith(body, 422)],
    ['a refusal without a code', respondingWith({ status: 'declined' }, 409)],
    ['a conflict with a concurrent call', respondingWith({ code: 'conflict' }, 409)],
    ['another status of success', respondingWith(body, 202)],
    ['an empty body', respondingWith({})],
    ['an unexpected status', respondingWith({ ...body, status: 'lost' })],
    ['a body that is not JSON', provider(async () => new Response('<html>'))],
  ])('returns unknown for %s, never a refusal', async (_, provider) => {
    expect(await call(provider)).toBe('unknown');
  });

  it('throws before it sends anything if it has no key', async () => {
    const keyless = provider(async () => new Response('{}'), new Map());
    await expect(call(keyless)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(keyless.sent).toEqual([]);
  });
});

it.each([{ captured: '1' }, { refunded: undefined }])('takes a state with %j for unknown', async (change) => {
  expect(await respondingWith({ ...captured, ...change }).status(key)).toBe('unknown');
});

it.each([{ captured: -1 }, { captured: 0.5 }, { refunded: 1e300 }])(
  'returns a state with %j as it is, because waiting does not change it',
  async (change) => {
    expect(await respondingWith({ ...captured, ...change }).status(key)).toEqual({ ...captured, ...change });
  },
);

it('returns a refusal of a void or a refund, but never of a charge or a state', async () => {
  const refusing = () => respondingWith({ code: 'refund_refused' }, 409);
  expect(await Promise.all(calls.map(([, call]) => call(refusing())))).toEqual([
    'unknown',
    'unknown',
    'refused',
    'refused',
  ]);
});
