import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import type { Authenticate } from '#platform/http/authenticate';
import { findHeader } from '#platform/http/headers';
import { httpFunction } from '#platform/http/http-function';
import type { RouteGroup } from '#platform/http/route';
import type { TenantId } from '#platform/kernel';
import { OrderIdSchema } from '#platform/schemas';
import { Throttled } from '#platform/table/throttled';
import { systemClock } from '../../../embedded/aws/clock.ts';
import { createContext } from '../../../embedded/aws/lambda/context.ts';
import { request, type TestRequest, toGatewayEvent, toResponse } from '../../fixtures/request.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';

const authenticate: Authenticate = async (authorization) => {
  if (authorization === 'Bearer tenant') return { kind: 'tenant', tenantId: 't1' as TenantId };
  return authorization === 'Bearer operator' ? { kind: 'operator' } : undefined;
};
const Thing = z.strictObject({ name: z.string(), at: z.optional(z.strictObject({ 'a/b': z.int() })) });
const Query = z.strictObject({ n: z.optional(z.string()) });

const routes = {
  putThing: {
    method: 'PUT',
    path: '/things/{id}',
    scope: 'tenant',
    summary: 'Stores a thing.',
    params: { id: OrderIdSchema },
    body: Thing,
    query: Query,
    responses: { 200: () => z.looseObject({}) },
  },
  getCharge: {
    method: 'GET',
    path: '/charges/{key}',
    scope: 'public',
    summary: 'Returns a charge.',
    params: { key: z.string().check(z.regex(/^[\w.]+$/)) },
    responses: { 200: () => z.looseObject({}) },
  },
  createAdmin: {
    method: 'POST',
    path: '/admin',
    scope: 'operator',
    summary: 'Creates an administrator.',
    responses: { 201: () => z.looseObject({}) },
  },
} as const satisfies RouteGroup;

const paths = Object.values(routes).map(({ path }) => path);

const serve = (fail?: () => never) => {
  const { rt } = createTestRuntime();
  const fn = httpFunction(rt, {
    authenticate,
    routes,
    handlers: {
      putThing: () => async (call) => {
        fail?.();
        return { status: 200 as const, body: { ...call, header: call.header('x-some') ?? null } };
      },
      getCharge:
        () =>
        async ({ params }) => ({ status: 200 as const, body: params }),
      createAdmin: () => async (call) => ({ status: 201 as const, body: call }),
    },
  });
  return {
    rt,
    fn,
    call: (call: TestRequest) => request(fn, { paths, ...call }),
  };
};
const invoke = (event: Partial<APIGatewayProxyEvent>) =>
  serve()
    .fn(
      { ...toGatewayEvent('GET', '/charges/a', { paths }), ...event },
      createContext({ name: 'test', requestId: 'r', timeoutMs: 1_000 }, systemClock),
    )
    .then(toResponse);
const asTenant = { authorization: 'Bearer tenant' };
const codeOf = (response: { body: { code: string } }) => response.body.code;

it('passes to the handler what the client sent, and the tenant that its key names', async () => {
  const headers = { Authorization: 'Bearer tenant', 'X-SOME': 'y' };
  const response = await serve().call({
    method: 'PUT',
    path: '/things/a_1-B',
    body: { name: 'n' },
    headers,
    query: { n: '1' },
  });
  expect(response).toMatchObject({
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
  expect(response.body).toEqual({
    tenantId: 't1',
    body: { name: 'n' },
    params: { id: 'a_1-B' },
    query: { n: '1' },
    header: 'y',
  });
});

it('reads a body that the gateway has encoded', async () => {
  const text = Buffer.from('{"name":"ü"}').toString('base64');
  const response = await serve().call({ method: 'PUT', path: '/things/1', text, base64: true, headers: asTenant });
  expect(response.body.body).toEqual({ name: 'ü' });
});

it.each([
  ['PUT', '/thing/1'],
  ['GET', '/things/1'],
  ['PUT', '/things/1/more'],
  ['DELETE', '/admin'],
  ['PUT', '/'],
])('answers %s %s with not_found, without a key too', async (method, path) => {
  const response = await serve().call({ method, path });
  expect([response.status, codeOf(response)]).toEqual([404, 'not_found']);
});

it('is routed by the resource that the gateway names, so that the base path of a domain does not matter', async () => {
  // Red when a function matches event.path itself.
  const behindDomain = { path: '/shop-api/charges/a', resource: '/charges/{key}', pathParameters: { key: 'a' } };
  expect(await invoke(behindDomain)).toMatchObject({ status: 200, body: { key: 'a' } });
  expect(await invoke({ path: '/charges/a', resource: '/elsewhere/{key}' })).toMatchObject({ status: 404 });
});

it('serves HEAD as GET, and no other method of a path', async () => {
  expect(await invoke({ httpMethod: 'HEAD' })).toMatchObject({ status: 200, body: { key: 'a' } });
  expect(await invoke({ httpMethod: 'POST' })).toMatchObject({ status: 404 });
});

it('reads the last value of a header whose name is repeated in another case', () =>
  expect(findHeader({ headers: { 'X-Thing': 'first', 'x-thing': 'last' } }, 'x-thing')).toBe('last'));

it.each(['authorization', 'Content-Type', 'IDEMPOTENCY-KEY'])(
  'refuses a request with two values of %s',
  async (name) => {
    const name2 = name.toLowerCase();
    for (const multiValueHeaders of [
      { [name]: ['a', 'b'] },
      { [name]: ['a'], [`${name[0]}${name2.slice(1)}`]: ['a', 'b'] },
    ]) {
      const response = await invoke({ multiValueHeaders });
      expect(response).toMatchObject({ status: 400, body: { code: 'bad_request' } });
      expect(response.body.detail).toContain(name2);
    }
    expect((await invoke({ multiValueHeaders: { [name]: ['a', 'a'], accept: ['b', 'c'] } })).status).toBe(200);
  },
);

it.each(['a.b', 'a%20b', 'ü', 'x'.repeat(65), 'a:b'])(
  'answers a value that cannot be an id with not_found: %s',
  async (id) => {
    const response = await serve().call({
      method: 'PUT',
      path: `/things/${id}`,
      body: { name: 'n' },
      headers: asTenant,
    });
    expect([response.status, codeOf(response)]).toEqual([404, 'not_found']);
  },
);

it('lets a route define the form of its parameters', async () => {
  expect((await serve().call({ method: 'GET', path: '/charges/t1.o1' })).body).toEqual({ key: 't1.o1' });
  expect((await serve().call({ method: 'GET', path: '/charges/t1-o1' })).status).toBe(404);
});

it.each([undefined, 'Bearer other', 'tenant'])('requires a key before it reads anything: %s', async (authorization) => {
  const headers = authorization ? { authorization } : {};
  const response = await serve().call({ method: 'PUT', path: '/things/1', text: '{', headers });
  expect([response.status, codeOf(response)]).toEqual([401, 'unauthenticated']);
});

it('refuses a key of another scope', async () => {
  const tenant = await serve().call({ method: 'POST', path: '/admin', headers: asTenant });
  const operator = await serve().call({
    method: 'PUT',
    path: '/things/1',
    text: '{',
    headers: { authorization: 'Bearer operator' },
  });
  expect([tenant, operator].map((response) => [response.status, codeOf(response)])).toEqual([
    [403, 'forbidden'],
    [403, 'forbidden'],
  ]);
  expect(
    (await serve().call({ method: 'POST', path: '/admin', headers: { authorization: 'Bearer operator' } })).status,
  ).toBe(201);
});

it('limits the bytes of a body, not its characters', async () => {
  const maxBytes = 256 * 1024;
  const send = (name: string) => serve().call({ method: 'PUT', path: '/things/1', body: { name }, headers: asTenant });
  const frame = JSON.stringify({ name: '' }).length;
  expect((await send('x'.repeat(maxBytes - frame))).status).toBe(200);
  expect(codeOf(await send('x'.repeat(maxBytes - frame + 1)))).toBe('body_too_large');
  expect(codeOf(await send('ü'.repeat(maxBytes / 2)))).toBe('body_too_large');
  expect((await send('ü'.repeat(maxBytes / 2))).status).toBe(413);
});

it.each(['{', '', 'nothing', '{"name":"n"} x'])('answers %j with malformed_json', async (text) => {
  const response = await serve().call({ method: 'PUT', path: '/things/1', text, headers: asTenant });
  expect([response.status, codeOf(response)]).toEqual([400, 'malformed_json']);
});

it.each([
  ['an unknown field', '{"name":"n","more":1}', '#'],
  ['a wrong type', '{"name":1}', '#/name'],
  ['a field named like a prototype', '{"name":"n","__proto__":{"x":1}}', '#'],
  ['JSON that is no object', 'null', '#'],
  ['an invalid nested field', '{"name":"n","at":{"a/b":1.5}}', '#/at/a~1b'],
])('points at %s', async (_, text, pointer) => {
  const response = await serve().call({ method: 'PUT', path: '/things/1', text, headers: asTenant });
  expect([response.status, codeOf(response)]).toEqual([422, 'invalid_body']);
  expect(response.body.errors).toEqual([{ pointer, detail: expect.stringMatching(/./) }]);
  expect(response.body.detail).toContain(pointer);
});

it('describes in words what is invalid in a body or a query', async () => {
  const detailOf = async (options: object) => {
    const { body } = await serve().call({ method: 'PUT', path: '/things/1', headers: asTenant, ...options });
    return body.errors[0].detail;
  };
  expect(await detailOf({ body: { name: 1 } })).toMatch(/expected string, received number/);
  expect(await detailOf({ body: { name: 'n' }, query: { m: '1' } })).toMatch(/Unrecognized key: "m"/);
});

it('limits the number of errors in a response', async () => {
  const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field${i}`, i]));
  const response = await serve().call({ method: 'PUT', path: '/things/1', body, headers: asTenant });
  expect(JSON.stringify(response.body).length).toBeLessThan(2_000);
});

it('answers an unknown query parameter with invalid_query', async () => {
  const response = await serve().call({
    method: 'PUT',
    path: '/things/1',
    body: { name: 'n' },
    headers: asTenant,
    query: { m: '1' },
  });
  expect([response.status, codeOf(response)]).toEqual([400, 'invalid_query']);
});

it.each([
  [new Error('the secret is 42'), 500, 'internal'],
  [new TypeError('x is undefined'), 500, 'internal'],
  [new Throttled('secret too'), 503, 'unavailable'],
  [Object.assign(new Error('secret'), { name: 'ThrottlingException' }), 503, 'unavailable'],
  [Object.assign(new Error('secret'), { name: 'TimeoutError' }), 503, 'unavailable'],
])('logs an unexpected error once, with its stack, and hides it from the client: %s', async (error, status, code) => {
  const { rt, fn } = serve(() => {
    throw error;
  });
  const log = vi.spyOn(rt.logger, 'error');
  const response = await request(fn, {
    method: 'PUT',
    path: '/things/1',
    body: { name: 'n' },
    headers: asTenant,
    paths,
  });
  expect([response.status, codeOf(response)]).toEqual([status, code]);
  expect(JSON.stringify(response)).not.toContain(error.message);
  expect(log.mock.calls).toEqual([['the request failed', error]]);
});

it('logs the route and the tenant with each line of one request', async () => {
  const { rt, call } = serve();
  const [append, reset] = [vi.spyOn(rt.logger, 'appendKeys'), vi.spyOn(rt.logger, 'resetKeys')];
  await call({ method: 'PUT', path: '/things/1', text: '{', headers: asTenant });
  expect(append.mock.calls).toEqual([[{ route: 'PUT /things/{id}' }], [{ tenantId: 't1' }]]);
  expect(reset).toHaveBeenCalledTimes(1);
});

it('accepts a request without any header, as consoles send', async () => {
  const event = {
    ...toGatewayEvent('GET', '/charges/a', { paths }),
    headers: null as unknown as Record<string, string>,
  };
  const context = createContext({ name: 'test', requestId: 'r', timeoutMs: 1_000 }, systemClock);
  expect((await serve().fn(event, context)).statusCode).toBe(200);
});
