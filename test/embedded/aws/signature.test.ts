import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readClaim, type SignedRequest, verifyClaim } from '../../../embedded/aws/signature.ts';
import { SIGNING_NAMES, signCall } from '../../fixtures/aws-call.ts';

const credential = { accessKeyId: 'BREAKWATER0123456789', secretAccessKey: 'a secret that nobody guesses' };
const NOW = Date.UTC(2026, 10, 26, 12, 0, 0);
const origin = 'http://127.0.0.1:8787';

type Sent = { readonly request: SignedRequest; readonly body: string };
type Signing = Partial<Parameters<typeof signCall>[0]>;

const send = async (signing: Signing = {}): Promise<Sent> => {
  const call = { origin, target: 'AmazonSQS.ListQueues', body: '{}', credentials: credential, date: new Date(NOW) };
  const headers = await signCall({ ...call, ...signing });
  return {
    request: {
      method: 'POST',
      target: '/',
      headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
    },
    body: signing.body ?? call.body,
  };
};
const verify = async ({ request, body }: Sent, nowMs = NOW) =>
  verifyClaim(readClaim(request, credential, nowMs), Buffer.from(body), credential);
const withHeader = ({ request, body }: Sent, name: string, ...values: readonly string[]): Sent => ({
  request: { ...request, headers: new Map([...request.headers, [name, values]]) },
  body,
});
const authorizationOf = ({ request }: Sent) => request.headers.get('authorization')?.[0] ?? '';
const refused = (name: string, message: string | RegExp = '') => ({ name, message: expect.stringMatching(message) });

it('accepts what AWS clients sign: any body, target and further header', () =>
  fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...Object.keys(SIGNING_NAMES), 'Logs_20140328'),
      fc.string({ unit: fc.constantFrom(...'abc ,;=/\t"'.split('')) }),
      async (body, prefix, value) => {
        await verify(
          await send({ body, target: `${prefix}.X`, headers: { 'x-amz-meta': value.trim(), accept: value.trim() } }),
        );
      },
    ),
  ));

it('accepts a request that botocore 1.43 signed', async () => {
  const headers = {
    host: '127.0.0.1:8787',
    'x-amz-target': 'AmazonSQS.ListQueues',
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': '20261126T120000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=BREAKWATER0123456789/20261126/us-east-1/sqs/aws4_request, ' +
      'SignedHeaders=content-type;host;x-amz-date;x-amz-target, ' +
      'Signature=c8a1692d2ed8bf217d0c7edb1d23d743f266ff2fd5e6132788f2d213ec0c0938',
    'user-agent': 'Botocore/1.43.11',
  };
  const values = new Map(Object.entries(headers).map(([name, value]) => [name, [value]]));
  await verify({ request: { method: 'POST', target: '/', headers: values }, body: '{"QueueNamePrefix":"ä"}' });
});

it('refuses every other body', () =>
  fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (body, other) => {
      fc.pre(body !== other);
      const sent = await send({ body });
      await expect(verify({ ...sent, body: other })).rejects.toMatchObject(refused('InvalidSignatureException'));
    }),
  ));

it('refuses a request of which one character was changed', async () => {
  const sent = await send({ headers: { 'x-amz-meta': 'value' } });
  const names = [...sent.request.headers.keys()];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.nat(400),
      fc.constantFrom(...'abcXYZ019/=,; '.split('')),
      async (name, position, character) => {
        const value = sent.request.headers.get(name)?.[0] ?? '';
        const at = position % value.length;
        const changed = `${value.slice(0, at)}${character}${value.slice(at + 1)}`;
        // blanks around parameters and repeated blanks have no meaning
        fc.pre(changed.trim().replaceAll(/ +/g, ' ') !== value && !(name === 'authorization' && value[at] === ' '));
        await expect(verify(withHeader(sent, name, changed))).rejects.toMatchObject({ status: 400 });
      },
    ),
    { numRuns: 200 },
  );
});

it('refuses another method, path or query', async () => {
  const sent = await send();
  for (const change of [{ method: 'GET' }, { target: '/a' }, { target: '/?a=b' }, { target: '//a' }, { target: '*' }])
    await expect(verify({ ...sent, request: { ...sent.request, ...change } })).rejects.toMatchObject({ status: 400 });
});

it('refuses a query by name, because no call of the protocol has one', async () => {
  const sent = await send();
  const withQuery = { ...sent, request: { ...sent.request, target: '/?a=b' } };
  await expect(verify(withQuery)).rejects.toMatchObject(refused('IncompleteSignatureException', /query/));
});

it('accepts 15 minutes of skew and no second more', async () => {
  const sent = await send();
  const limitMs = 15 * 60_000;
  await verify(sent, NOW + limitMs);
  await verify(sent, NOW - limitMs);
  const expired = refused('InvalidSignatureException', /^Signature expired/);
  await expect(verify(sent, NOW + limitMs + 1_000)).rejects.toMatchObject(expired);
  const early = refused('InvalidSignatureException', /^Signature not yet current/);
  await expect(verify(sent, NOW - limitMs - 1_000)).rejects.toMatchObject(early);
});

it.each([
  ['another algorithm', 'AWS4-ECDSA-P256-SHA256 Credential=a, SignedHeaders=b, Signature=c', /algorithm/],
  ['no parameters', 'AWS4-HMAC-SHA256', /'Credential'/],
  ['no signed headers', 'AWS4-HMAC-SHA256 Credential=a, Signature=c', /'SignedHeaders'/],
  ['no signature', 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b', /'Signature'/],
  ['a parameter twice', 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c, Signature=d', /twice/],
  ['a short credential', 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=b, Signature=c', /form/],
  ['nothing', '', /algorithm/],
])('refuses an Authorization header with %s as incomplete', async (_, authorization, message) => {
  const sent = withHeader(await send(), 'authorization', authorization);
  await expect(verify(sent)).rejects.toMatchObject(refused('IncompleteSignatureException', message));
});

it.each([
  ['a terminator', ['aws4_request', 'aws4'], 'InvalidSignatureException'],
  ['a date', ['20261126', '20261125'], 'InvalidSignatureException'],
  ['a region', ['us-east-1', 'us-west-1'], 'InvalidSignatureException'],
  ['a service', ['/sqs/', '/dynamodb/'], 'InvalidSignatureException'],
  ['an access key', [credential.accessKeyId, 'constructor'], 'UnrecognizedClientException'],
  ['signed headers without Host', [';host;', ';'], 'InvalidSignatureException'],
  ['a signed header that is missing', [';host;', ';host;via;'], 'InvalidSignatureException'],
  ['a signed property of objects', [';host;', ';host;__proto__;'], 'InvalidSignatureException'],
] as const)('refuses %s in the Authorization header that was not signed', async (_, [from, to], name) => {
  const sent = await send();
  const authorization = authorizationOf(sent);
  expect(authorization).toContain(from);
  const changed = withHeader(sent, 'authorization', authorization.replace(from, to));
  await expect(verify(changed)).rejects.toMatchObject(refused(name));
});

it('refuses an x-amz header that is not signed, and a header that is sent twice', async () => {
  const sent = await send();
  const unsigned = withHeader(sent, 'x-amz-meta', 'value');
  await expect(verify(unsigned)).rejects.toMatchObject(refused('InvalidSignatureException', /'x-amz-meta'/));
  for (const name of ['host', 'authorization', 'x-amz-target', 'x-amz-date']) {
    const value = sent.request.headers.get(name)?.[0] ?? '';
    const twice = withHeader(sent, name, value, value);
    await expect(verify(twice)).rejects.toMatchObject(refused('IncompleteSignatureException', /2 times/));
  }
});

it.each([
  '',
  '20261126',
  '2026-11-26T12:00:00Z',
  '20261326T120000Z',
  '20261126T120000',
  'Thu, 26 Nov 2026 12:00:00 GMT',
])('refuses the date "%s"', async (date) =>
  expect(verify(withHeader(await send(), 'x-amz-date', date))).rejects.toMatchObject(
    refused('IncompleteSignatureException', /^Date must/),
  ),
);

it('takes a hash of the payload only if it is that of the body', async () => {
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  await verify(await send({ body: '', headers: { 'x-amz-content-sha256': empty } }));
  for (const hash of ['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', empty, empty.toUpperCase(), ''])
    await expect(verify(await send({ headers: { 'x-amz-content-sha256': hash } }))).rejects.toMatchObject(
      refused('InvalidSignatureException', /x-amz-content-sha256/),
    );
});
