import { describe, expect, it } from 'vitest';
import { sandboxProvider } from '#payments/adapters/sandbox-provider';
import type { Fetch } from '#platform/runtime/runtime';
import { createSecretsManager } from '../../embedded/aws/secrets/secrets.ts';
import { createTestRuntime } from '../fixtures/runtime.ts';
import { key, total } from './fixtures/attempt.ts';

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
const calls = [
  ['charge', ({ charge }: ReturnType<typeof provider>) => charge(key, total, 'tok_ok')],
  ['void', ({ void: voidCharge }: ReturnType<typeof provider>) => voidCharge(key)],
  ['refund', ({ refund }: ReturnType<typeof provider>) => refund(key, `${key}.refund`, total)],
] as const;

it('sends requests of the sandbox protocol, with the merchant key and a time-out', async () => {
  const { sent, charge, void: voidCharge, refund } = respondingWith({ status: 'captured' });
  await charge(key, total, 'tok_ok');
  await voidCharge(key);
  await refund(key, `${key}.refund`, total);
  expect(sent.map(({ url, init }) => [init.method, url, JSON.parse(String(init.body))])).toEqual([
    ['POST', 'http://provider.test/sandbox/charges', { key, amount: 55_00, currency: 'EUR', token: 'tok_ok' }],
    ['POST', 'http://provider.test/sandbox/charges/t1.o1/void', {}],
    [
      'POST',
      'http://provider.test/sandbox/charges/t1.o1/refund',
      { refundKey: 't1.o1.refund', amount: 55_00, currency: 'EUR' },
    ],
  ]);
  for (const { init } of sent)
    expect(init).toMatchObject({
      timeoutMs: 5_000,
      headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
    });
});

describe.each(calls)('%s', (name, call) => {
  const expected = { charge: ['captured', 'declined', 'voided'], void: ['voided', 'captured'], refund: ['refunded'] }[
    name
  ];

  it.each(['captured', 'declined', 'voided', 'refunded'])(
    'returns %s if it expects it, otherwise unknown',
    async (status) => {
      expect(await call(respondingWith({ status }))).toBe(expected.includes(status) ? status : 'unknown');
    },
  );

  it.each<[string, ReturnType<typeof provider>]>([
    ['no response', provider(() => Promise.reject(new DOMException('The call timed out.', 'TimeoutError')))],
    ['an error of the provider', respondingWith({ status: 'captured' }, 500)],
    ['a refusal of the call', respondingWith({ status: 'declined' }, 422)],
    ['a refusal without a code', respondingWith({ status: 'declined' }, 409)],
    ['a conflict with a concurrent call', respondingWith({ code: 'conflict' }, 409)],
    ['another status of success', respondingWith({ status: 'captured' }, 202)],
    ['an empty body', respondingWith({})],
    ['an unexpected body', respondingWith({ status: 'pending' })],
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

it('returns a refusal of a void or a refund, but never of a charge', async () => {
  const refusing = () => respondingWith({ code: 'refund_refused' }, 409);
  expect(await Promise.all(calls.map(([, call]) => call(refusing())))).toEqual(['unknown', 'refused', 'refused']);
});
