import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { type Create, openShop } from './shop.ts';

/** Returns the event that it received. */
const mirror: Create = () => (event: APIGatewayProxyEvent) => ({ statusCode: 200, body: JSON.stringify(event) });

it('passes the whole request to the function', async () => {
  const { request } = openShop({ sell: mirror });
  const headers = [
    ['X-One', 'a'],
    ['X-Two', 'b'],
    ['X-Two', 'c'],
  ] as const;
  const { json } = await request({
    method: 'POST',
    target: '/v1/sales/a%20b?limit=1&tag=x&tag=%C3%A9',
    body: '{"größe":1}',
    headers,
  });
  expect(json).toMatchObject({
    resource: '/v1/sales/{id}',
    path: '/v1/sales/a%20b',
    httpMethod: 'POST',
    headers: { 'X-One': 'a', 'X-Two': 'c' },
    multiValueHeaders: { 'X-Two': ['b', 'c'] },
    pathParameters: { id: 'a b' },
    queryStringParameters: { limit: '1', tag: 'é' },
    multiValueQueryStringParameters: { tag: ['x', 'é'] },
    requestContext: {
      httpMethod: 'POST',
      resourcePath: '/v1/sales/{id}',
      stage: 'dev',
      identity: { sourceIp: '127.0.0.1' },
    },
    body: Buffer.from('{"größe":1}').toString('base64'),
    isBase64Encoded: true,
  });
  expect(json.requestContext.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

// red if the time grows with the square of their number: it is minutes then, and less than a second otherwise
it('passes repeated headers and parameters in linear time', { timeout: 20_000 }, async () => {
  const { request } = openShop({ sell: () => () => ({ statusCode: 200, body: '' }) });
  const headers = Array.from({ length: 60_000 }, () => ['a', ''] as const);
  const target = `/v1/sales/1?${'a&'.repeat(60_000)}`;
  expect((await request({ method: 'GET', target, headers })).status).toBe(200);
});

it('passes null for absent parts, as API Gateway does', async () => {
  const { request } = openShop({ sell: mirror });
  const { json } = await request({ method: 'GET', target: '/v1/sales/1' });
  expect(json).toMatchObject({ queryStringParameters: null, body: null, requestContext: { authorizer: null } });
});

it.each([
  ['GET', '/v1/nothing'],
  ['GET', '/v1/sales/1/more'],
  ['GET', '/v1/sales//'],
  ['GET', '/v1//sales/1'],
  ['GET', '/V1/sales/1'],
  ['GET', '/'],
])('answers 404 to %s %s', async (method, target) => {
  const { request } = openShop();
  const response = await request({ method, target });
  expect(response).toMatchObject({ status: 404, json: { code: 'not_found' } });
  expect(response.headers['content-type']).toBe('application/problem+json');
});

it.each(['DELETE', 'OPTIONS', 'BREW', 'get', '__proto__'])('answers 405 to %s on a known path', async (method) => {
  const response = await openShop().request({ method, target: '/v1/sales/1' });
  expect(response).toMatchObject({ status: 405, json: { code: 'method_not_allowed' } });
  expect(response.headers).toMatchObject({ allow: 'GET, HEAD, POST', 'content-type': 'application/problem+json' });
});

it('answers HEAD as GET, without the body but with its length', async () => {
  const { request } = openShop({ sell: mirror });
  const target = '/v1/sales/1';
  const [get, head] = [await request({ method: 'GET', target }), await request({ method: 'HEAD', target })];
  // the mirrored event differs in its method and its request id
  const length = String(Buffer.byteLength(get.body) + 2 * ('HEAD'.length - 'GET'.length));
  expect(head).toMatchObject({ status: 200, body: '', headers: { ...get.headers, 'content-length': length } });
});

it.each([
  ['application/json', true],
  ['Application/JSON; charset=utf-8', true],
  [undefined, true],
  ['text/plain', false],
  ['application/problem+json', false],
])('hands over a body of the type %s as bytes: %s', async (type, isBase64Encoded) => {
  const { request } = openShop({ sell: mirror });
  const body = Buffer.from([0xff, 0x41]);
  const headers = type === undefined ? [] : [['content-type', type] as const];
  const { json } = await request({ method: 'POST', target: '/v1/sales/1', body, headers });
  expect(json).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? body.toString('base64') : '\ufffdA' });
});

it.each(Object.getOwnPropertyNames(Object.prototype))('passes a query and a header called %s', async (name) => {
  const { request } = openShop({ sell: mirror });
  const headers = [[name, 'a'] as const, [name, 'b'] as const];
  const { body } = await request({ method: 'GET', target: `/v1/sales/1?${name}=1&${name}=2`, headers });
  const event = JSON.parse(body, (_, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value) ? new Map(Object.entries(value)) : value,
  );
  expect(event.get('headers').get(name)).toBe('b');
  expect(event.get('multiValueHeaders').get(name)).toEqual(['a', 'b']);
  expect(event.get('queryStringParameters').get(name)).toBe('2');
  expect(event.get('multiValueQueryStringParameters').get(name)).toEqual(['1', '2']);
});

it.each([
  ['/v1/sales/%zz', '%zz'],
  ['/v1/sales/%c0%af?a=b', '%c0%af'],
  ['/v1/sales/a%2Bb?a=%zz', 'a+b'],
])('hands over %s as the parameter %s: the function says what is wrong with it', async (target, id) => {
  const { json } = await openShop({ sell: mirror }).request({ method: 'GET', target });
  expect(json).toMatchObject({ pathParameters: { id } });
});

it.each<[string, Create]>([
  [
    'throws',
    () => () => {
      throw new TypeError('not for clients');
    },
  ],
  ['rejects with a value that is not an error', () => () => Promise.reject('not for clients')],
  ['returns an invalid response', () => () => ({ body: 'not for clients' })],
  ['returns nothing', () => () => undefined],
  [
    'cannot be created',
    () => {
      throw new Error('not for clients');
    },
  ],
])('answers 502 to each request if the function %s', async (_, sell) => {
  const { request } = openShop({ sell });
  for (const id of ['1', '2']) {
    const response = await request({ method: 'GET', target: `/v1/sales/${id}` });
    expect(response).toMatchObject({ status: 502, json: { code: 'bad_gateway' } });
    expect(response.body).not.toContain('not for clients');
  }
});

it.each(['www-authenticate', 'WWW-Authenticate'])(
  'renames the header %s of a function, as API Gateway does',
  async (name) => {
    const refuse = async (field: 'headers' | 'multiValueHeaders', value: unknown) => {
      const { request } = openShop({ sell: () => () => ({ statusCode: 401, [field]: { [name]: value }, body: '{}' }) });
      return (await request({ method: 'GET', target: '/v1/sales/1' })).headers;
    };
    const renamed = 'x-amzn-remapped-www-authenticate';
    expect(await refuse('headers', 'Bearer')).toEqual({ [renamed]: 'Bearer' });
    expect(await refuse('multiValueHeaders', ['Bearer', 'Basic'])).toEqual({ [renamed]: ['Bearer', 'Basic'] });
  },
);

it('returns status, headers and repeated headers', async () => {
  const sell: Create = () => () => ({
    statusCode: 201,
    headers: { location: 'sales/1', 'x-count': 3 },
    multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
    body: '{}',
  });
  const { status, headers } = await openShop({ sell }).request({ method: 'GET', target: '/v1/sales/1' });
  expect([status, headers]).toEqual([201, { location: 'sales/1', 'x-count': '3', 'set-cookie': ['a=1', 'b=2'] }]);
});
