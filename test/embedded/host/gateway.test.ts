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
    body: '{"größe":1}',
    isBase64Encoded: false,
  });
  expect(json.requestContext.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

it('passes null for absent parts, as API Gateway does', async () => {
  const { request } = openShop({ sell: mirror });
  const { json } = await request({ method: 'GET', target: '/v1/sales/1' });
  expect(json).toMatchObject({ queryStringParameters: null, body: null, requestContext: { authorizer: null } });
});

it.each([
  ['GET', '/v1/nothing'],
  ['DELETE', '/v1/sales/1'],
  ['HEAD', '/v1/sales/1'],
  ['BREW', '/v1/sales/1'],
  ['GET', '/v1/sales/1/more'],
  ['GET', '/V1/sales/1'],
  ['GET', '/'],
])('answers 404 to %s %s', async (method, target) => {
  const { request } = openShop();
  const response = await request({ method, target });
  expect(response).toMatchObject({ status: 404, json: { code: 'not_found' } });
  expect(response.headers['content-type']).toBe('application/problem+json');
});

it.each([
  ['/v1/sales/%zz', '%zz'],
  ['/v1/sales/%c0%af?a=b', '%c0%af'],
  ['/v1/sales/a%2Bb?a=%zz', 'a+b'],
])('hands over %s as the parameter %s: the function says what is wrong with it', async (target, id) => {
  const { json } = await openShop({ sell: mirror }).request({ method: 'GET', target });
  expect(json).toMatchObject({ pathParameters: { id } });
});

it('hands over names that every object inherits like any other', async () => {
  const names = Object.getOwnPropertyNames(Object.prototype);
  const headers = names.map((name): [string, string] => [name, 'a header']);
  const target = `/v1/sales/1?${names.map((name) => `${name}=1&${name}=2`).join('&')}`;
  const { json } = await openShop({ sell: mirror }).request({ method: 'GET', target, headers });
  for (const name of names) {
    expect(Object.entries(json.multiValueQueryStringParameters)).toContainEqual([name, ['1', '2']]);
    expect(Object.entries(json.queryStringParameters)).toContainEqual([name, '2']);
    expect(Object.entries(json.headers)).toContainEqual([name, 'a header']);
  }
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
