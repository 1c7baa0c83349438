import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { type Create, openShop } from './fixtures/shop.ts';

/** Answers with the event that it got. */
const mirror: Create = () => (event: APIGatewayProxyEvent) => ({ statusCode: 200, body: JSON.stringify(event) });

it('tells a function all of the request', async () => {
  const { request } = openShop({ sell: mirror });
  const headers = [
    ['X-One', 'a'],
    ['X-Two', 'b'],
    ['X-Two', 'c'],
  ] as const;
  const { json } = await request('POST', '/v1/sales/a%20b?limit=1&tag=x&tag=%C3%A9', '{"größe":1}', headers);
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

it('says null where there is nothing, as API Gateway does', async () => {
  const { request } = openShop({ sell: mirror });
  const { json } = await request('GET', '/v1/sales/1');
  expect(json).toMatchObject({ queryStringParameters: null, body: null, requestContext: { authorizer: null } });
});

it.each([
  ['GET', '/v1/nothing'],
  ['DELETE', '/v1/sales/1'],
  ['HEAD', '/v1/sales/1'],
  ['BREW', '/v1/sales/1'],
  ['GET', '/v1/sales/1/more'],
  ['GET', '/V1/sales/1'],
  ['GET', '/v1/sales/%zz'],
  ['GET', '/'],
])('knows no %s %s', async (method, target) => {
  const { request } = openShop();
  const answer = await request(method, target);
  expect(answer).toMatchObject({ status: 404, json: { code: 'not_found' } });
  expect(answer.headers['content-type']).toBe('application/problem+json');
});

it.each<[string, Create]>([
  [
    'throws',
    () => () => {
      throw new TypeError('told to nobody');
    },
  ],
  ['rejects with what is no error', () => () => Promise.reject('told to nobody')],
  ['answers what is no answer', () => () => ({ body: 'told to nobody' })],
  ['answers nothing', () => () => undefined],
  [
    'cannot be made',
    () => {
      throw new Error('told to nobody');
    },
  ],
])('answers 502 where the function %s, and goes on', async (_, sell) => {
  const { request } = openShop({ sell });
  for (const id of ['1', '2']) {
    const answer = await request('GET', `/v1/sales/${id}`);
    expect(answer).toMatchObject({ status: 502, json: { code: 'bad_gateway' } });
    expect(answer.body).not.toContain('told');
  }
});

it('hands on status, headers and repeated headers', async () => {
  const sell: Create = () => () => ({
    statusCode: 201,
    headers: { location: 'sales/1', 'x-count': 3 },
    multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
    body: '{}',
  });
  const { status, headers } = await openShop({ sell }).request('GET', '/v1/sales/1');
  expect([status, headers]).toEqual([201, { location: 'sales/1', 'x-count': '3', 'set-cookie': ['a=1', 'b=2'] }]);
});
