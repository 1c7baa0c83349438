import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { contexts, type ProblemCode } from '#contexts';
import { functionsOf } from '#platform/manifest';
import { createOrderBody } from './client.ts';
import { host } from './host.ts';
import { expectProblem } from './problem.ts';
import { expectStatus, send } from './request.ts';
import { openShop, PRICE } from './shop.ts';

/** All tests share one shop. */
const shop = await openShop({ mug: 100 });

type Headers = Readonly<Record<string, string>>;
type Request = { readonly headers?: Headers; readonly body?: string | Uint8Array<ArrayBuffer> };

/** Sends exactly these headers and bytes. */
const sendBytes = async (method: string, path: string, { headers = {}, body }: Request = {}) => {
  const url = path.startsWith('/') ? `${host.baseUrl}${path}` : path;
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${shop.key}`, ...headers },
    signal: AbortSignal.timeout(host.limits.answerMs),
    ...(body !== undefined && { body: typeof body === 'string' ? new TextEncoder().encode(body) : body }),
  });
  const text = await response.text();
  const { status, headers: responseHeaders } = response;
  const parsed = text ? JSON.parse(text) : undefined;
  return { method, url, status, headers: responseHeaders, text, body: parsed, attempts: 1 };
};

const JSON_TYPE = { 'content-type': 'application/json' };
const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const product = (name: string) => `{"name":"${name}","price":{"amount":1,"currency":"EUR"}}`;

/** What API Gateway renames `www-authenticate` of a function to. LocalStack does not. */
const REMAPPED = 'x-amzn-remapped-www-authenticate';
const functionChallengeOf = ({ headers }: { readonly headers: globalThis.Headers }) =>
  headers.get(REMAPPED) ?? headers.get('www-authenticate');

describe('a body', () => {
  test.each<[string, Uint8Array<ArrayBuffer> | string, ProblemCode]>([
    ['that is not UTF-8', latin1(product('Caf\xe9')), 'malformed_json'],
    ['with an encoded surrogate', latin1(product('\xed\xa0\x80')), 'malformed_json'],
    ['in UTF-16', Uint8Array.from(Buffer.from(product('Mug'), 'utf16le')), 'malformed_json'],
    ['with two byte order marks', `\ufeff\ufeff${product('Mug')}`, 'malformed_json'],
    ['with a lone surrogate', product('\\ud800'), 'invalid_body'],
    ['with a NUL', product('\\u0000'), 'invalid_body'],
    ['with a name that has a NUL', '{"\\u0000":1}', 'invalid_body'],
    ['with a name twice', '{"name":"a","name":"b","price":{"amount":1,"currency":"EUR"}}', 'invalid_body'],
    ['with a number beyond every number', '{"name":"a","price":{"amount":1e400,"currency":"EUR"}}', 'invalid_body'],
    ['with a name of every object', '{"name":"a","__proto__":{"price":1}}', 'invalid_body'],
    ['that is deeply nested', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'invalid_body'],
  ])('%s is refused', async (_, body, code) => {
    expectProblem(await sendBytes('PUT', '/v1/products/bytes', { headers: JSON_TYPE, body }), code);
  });

  test('is stored as it was sent, without its byte order mark', async () => {
    const name = 'Café 🍵 e\u0301';
    const put = await sendBytes('PUT', '/v1/products/tea', { headers: JSON_TYPE, body: `\ufeff${product(name)}` });
    expect([put.status, put.body.name]).toEqual([201, name]);
    expect((await expectStatus(shop.product('tea'), 200)).name).toBe(name);
  });

  test.each([
    ...[
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'application/problem+json',
      'json',
      '*/*',
    ],
    ...['application/json; charset=iso-8859-1', 'application/json;charset="utf-16"', 'application/jsonp', 'text/json'],
  ])('of the type %s is refused, and the response names the type that is taken', async (type) => {
    const response = await sendBytes('PUT', '/v1/products/mug', { headers: { 'content-type': type }, body: '{}' });
    expectProblem(response, 'unsupported_media_type');
    expect(response.headers.get('accept')).toBe('application/json');
    // it would say that the encoding was the fault (RFC 9110, section 12.5.3)
    expect(response.headers.get('accept-encoding')).toBeNull();
    expect(response.body.detail).toContain('application/json');
  });

  // not gzip: LocalStack decodes it before the API sees it
  test.each(['br', 'zstd', 'deflate, identity', 'identityidentity', 'anything'])(
    'in the encoding %s is refused, and the response names the encoding that is taken',
    async (encoding) => {
      const headers = { ...JSON_TYPE, 'content-encoding': encoding };
      const response = await sendBytes('PUT', '/v1/products/mug', { headers, body: product('Mug') });
      expectProblem(response, 'unsupported_media_type');
      expect(response.headers.get('accept-encoding')).toBe('identity');
    },
  );

  test.each([
    ...['application/json', 'Application/JSON', 'application/json;charset=UTF-8', 'application/json; charset="utf-8"'],
    ...['application/json; x="; charset=latin1"'],
    ...['application/json ; Charset=Utf8', 'application/json; profile=x'],
  ])('of the type %s is taken', async (type) => {
    const headers = { 'content-type': type, 'content-encoding': 'identity' };
    const body = JSON.stringify({ name: 'Mug', price: PRICE });
    expect([200, 201]).toContain((await sendBytes('PUT', '/v1/products/mug', { headers, body })).status);
  });
});

describe('a signed callback', () => {
  const callback = (body: Uint8Array<ArrayBuffer>, headers: Headers = JSON_TYPE) => {
    const t = Math.floor(Date.now() / 1_000);
    const v1 = createHmac('sha256', host.callbackKey).update(`${t}.`).update(body).digest('hex');
    const signature = { 'breakwater-signature': `t=${t},v1=${v1}` };
    return sendBytes('POST', '/v1/providers/sandbox/callbacks', { headers: { ...headers, ...signature }, body });
  };
  const text = (note: string) => `{"key":"a.b","status":"captured","amount":1,"currency":"EUR","note":"${note}"}`;

  test('is checked over its bytes: what is signed and is not UTF-8 is malformed, not badly signed', async () => {
    expectProblem(await callback(latin1(text('\xe9'))), 'malformed_json');
  });
  test('may begin with a byte order mark, which is signed too', async () => {
    expectProblem(await callback(new TextEncoder().encode(`\ufeff${text('é')}`)), 'charge_not_found');
  });
  test('in an encoding or a type that is not taken is refused', async () => {
    const body = new TextEncoder().encode(text(''));
    expectProblem(await callback(body, { ...JSON_TYPE, 'content-encoding': 'br' }), 'unsupported_media_type');
    expectProblem(await callback(body, { 'content-type': 'text/plain' }), 'unsupported_media_type');
  });
  test('without a signature is told how to sign', async () => {
    const response = await sendBytes('POST', '/v1/providers/sandbox/callbacks', { headers: JSON_TYPE, body: '{}' });
    expectProblem(response, 'invalid_signature');
    expect(functionChallengeOf(response)).toMatch(/^\w/);
  });
});

const routes = contexts.flatMap((context) =>
  functionsOf(context).flatMap((fn) =>
    fn.routes.map(({ method, path, scope }) => ({
      ...{ method, scope, path, standalone: context.standalone !== undefined },
      url: `${context.standalone ? host.providerUrl : host.baseUrl}${path.replaceAll(/{\w+}/g, 'a')}`,
    })),
  ),
);
const reads = routes.filter(({ method }) => method === 'GET');
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const paths = [...new Map(routes.map(({ path, url }) => [path, url]))].map(([path, url]) => {
  const allowed = routes.filter((route) => route.path === path).map(({ method }): string => method);
  return { path, url, allowed: METHODS.filter((each) => allowed.includes(each === 'HEAD' ? 'GET' : each)) };
});

test.each(reads)('HEAD $path answers as GET does, without a body', async ({ url }) => {
  const headers = { 'x-correlation-id': 'the-same' };
  const [get, head] = [await sendBytes('GET', url, { headers }), await sendBytes('HEAD', url, { headers })];
  const named = ({ headers }: { readonly headers: globalThis.Headers }) =>
    ['content-type', 'cache-control', 'www-authenticate', REMAPPED, 'x-correlation-id'].map((name) =>
      headers.get(name),
    );
  expect([head.status, head.text, named(head)]).toEqual([get.status, '', named(get)]);
});

test.each(paths)('$path refuses every other method and lists its own: $allowed', async ({ url, allowed }) => {
  for (const method of METHODS.filter((each) => !allowed.includes(each))) {
    const headers = method === 'POST' || method === 'PATCH' ? JSON_TYPE : {};
    const body = method === 'POST' || method === 'PATCH' ? { body: '{}' } : {};
    const response = await sendBytes(method, url, { headers: { authorization: '', ...headers }, ...body });
    expect([method, response.headers.get('allow')]).toEqual([method, allowed.join(', ')]);
    if (method === 'HEAD') expect(response.status).toBe(405);
    else expectProblem(response, 'method_not_allowed');
  }
});

describe('a trailing slash', () => {
  test.each(reads)('names the same resource: $path', async ({ url }) => {
    const [without, withSlash] = [await sendBytes('GET', url), await sendBytes('GET', `${url}/`)];
    expect(withSlash.status).toBe(without.status);
    expect(withSlash.body?.code).toBe(without.body?.code);
  });

  test('leads to the order that was placed', async () => {
    const headers = { ...JSON_TYPE, 'idempotency-key': 'with a slash' };
    const body = JSON.stringify(createOrderBody([['mug', 1]]));
    const placed = await sendBytes('POST', '/v1/orders/', { headers, body });
    expect(placed.status).toBe(202);
    const location = new URL(placed.headers.get('location') ?? '', placed.url);
    expect((await sendBytes('GET', location.href)).body.id).toBe(placed.body.id);
  });
});

describe('a query', () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', '', 'limit[]', '%00', '%ff'];
  test.each(names)('may not have an unknown parameter: %s', async (name) => {
    expectProblem(await sendBytes('GET', `/v1/orders?${name}=1`), 'invalid_query');
  });
  test.each(names)('is ignored where a route reads none: %s', async (name) => {
    expect((await sendBytes('GET', `/v1/health/live?${name}=1`)).status).toBe(200);
    expect((await sendBytes('GET', `/v1/products/mug?${name}=1`)).status).toBe(200);
  });
  test.each(['limit=1&limit=2', 'limit=1&limit=1', 'limit=1&l%69mit=1'])(
    'may not repeat a parameter: %s',
    async (query) => expectProblem(await sendBytes('GET', `/v1/orders?${query}`), 'invalid_query'),
  );
});

test.each(['constructor', '__proto__', 'toString'])('a header may be called %s', async (name) => {
  expect((await sendBytes('GET', '/v1/orders', { headers: Object.fromEntries([[name, '1']]) })).status).toBe(200);
});

test('every 401 says how to authenticate', async () => {
  for (const { method, url, scope, standalone } of routes) {
    const response = await send(method, url, {});
    if (scope !== 'public') expect([url, response.status]).toEqual([url, 401]);
    if (response.status !== 401) continue;
    // the authorizer's is of the gateway itself; where there is none, a function answers
    const isFunction = standalone || scope === 'public';
    expect(isFunction ? functionChallengeOf(response) : response.headers.get('www-authenticate'), url).toMatch(/^\w/);
  }
});
