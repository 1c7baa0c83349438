import { describe, expect, it } from 'vitest';
import { sandboxProvider } from '#payments/adapters/sandbox-provider';
import type { Fetch } from '#platform/runtime/runtime';
import { createSecretsManager } from '../../embedded/aws/secrets/secrets.ts';
import { world } from '../platform/fixtures/world.ts';
import { key, total } from './fixtures/attempt.ts';

type Sent = { readonly url: string; readonly init: Parameters<Fetch>[1] };
const provider = (
  fetch: () => Promise<Response> | never,
  secrets = new Map([['breakwater/test/provider-key', 'secret']]),
) => {
  const sent: Sent[] = [];
  const { rt } = world({
    services: [createSecretsManager(secrets)],
    variables: { PROVIDER_URL: 'http://provider.test' },
    fetch: async (url, init) => {
      sent.push({ url, init });
      return fetch();
    },
  });
  return { sent, ...sandboxProvider(rt) };
};
const saying = (body: unknown, status = 200) => provider(async () => new Response(JSON.stringify(body), { status }));
const all = [
  ['charge', ({ charge }: ReturnType<typeof provider>) => charge(key, total, 'tok_ok')],
  ['void', ({ void: voidOne }: ReturnType<typeof provider>) => voidOne(key)],
  ['refund', ({ refund }: ReturnType<typeof provider>) => refund(key, `${key}.refund`, total)],
] as const;

it('speaks the protocol of the sandbox, as the merchant and with a time-out', async () => {
  const { sent, charge, void: voidOne, refund } = saying({ status: 'captured' });
  await charge(key, total, 'tok_ok');
  await voidOne(key);
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

describe.each(all)('%s', (name, ask) => {
  const expected = { charge: ['captured', 'declined', 'voided'], void: ['voided', 'captured'], refund: ['refunded'] }[
    name
  ];

  it.each(['captured', 'declined', 'voided', 'refunded'])('takes %s for what it is, or for unknown', async (status) => {
    expect(await ask(saying({ status }))).toBe(expected.includes(status) ? status : 'unknown');
  });

  it.each<[string, ReturnType<typeof provider>]>([
    ['no answer', provider(() => Promise.reject(new DOMException('The call timed out.', 'TimeoutError')))],
    ['an error of the provider', saying({ status: 'captured' }, 500)],
    ['a refusal of the call', saying({ status: 'declined' }, 422)],
    ['a refusal that does not say why', saying({ status: 'declined' }, 409)],
    ['others at it at the same time', saying({ code: 'conflict' }, 409)],
    ['another status of success', saying({ status: 'captured' }, 202)],
    ['a body that says nothing', saying({})],
    ['a body of another kind', saying({ status: 'pending' })],
    ['a body that is not JSON', provider(async () => new Response('<html>'))],
  ])('takes %s for unknown, never for a refusal', async (_, from) => {
    expect(await ask(from)).toBe('unknown');
  });

  it('fails before anything is sent where it has no key', async () => {
    const keyless = provider(async () => new Response('{}'), new Map());
    await expect(ask(keyless)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(keyless.sent).toEqual([]);
  });
});

it('takes a refusal of a void or a refund for what it is; a charge is never refused, but declined', async () => {
  const refusing = () => saying({ code: 'refund_refused' }, 409);
  expect(await Promise.all(all.map(([, ask]) => ask(refusing())))).toEqual(['unknown', 'refused', 'refused']);
});
