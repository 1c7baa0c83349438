import { expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { Throttled } from '#platform/errors';
import type { Authenticate } from '#platform/http/authenticate';
import { httpFunction, jsonResponse, route } from '#platform/http/http-function';
import type { TenantId } from '#platform/kernel';
import { systemClock } from '../../embedded/aws/clock.ts';
import { createContext } from '../../embedded/aws/lambda/context.ts';
import { eventOf, request } from './fixtures/request.ts';
import { world } from './fixtures/world.ts';

const known: Authenticate = async (authorization) => {
  if (authorization === 'Bearer tenant') return { kind: 'tenant', tenantId: 't1' as TenantId };
  return authorization === 'Bearer operator' ? { kind: 'operator' } : undefined;
};
const Thing = z.strictObject({ name: z.string(), at: z.optional(z.strictObject({ 'a/b': z.int() })) });
const Query = z.strictObject({ n: z.optional(z.string()) });

const serve = (fail?: () => never) => {
  const { rt } = world();
  const fn = httpFunction(rt, known, [
    route({ method: 'PUT', path: '/things/{id}', scope: 'tenant', body: Thing, query: Query }, async (call) => {
      fail?.();
      return jsonResponse(200, { ...call, header: call.header('x-some') ?? null });
    }),
    route({ method: 'GET', path: '/charges/{key}', scope: 'public', params: { key: /^[\w.]+$/ } }, async ({ params }) =>
      jsonResponse(200, params),
    ),
    route({ method: 'POST', path: '/admin', scope: 'operator' }, async (call) => jsonResponse(201, call)),
  ]);
  return {
    rt,
    fn,
    call: (...args: Parameters<typeof request> extends [unknown, ...infer R] ? R : never) => request(fn, ...args),
  };
};
const asTenant = { authorization: 'Bearer tenant' };
const code = (answer: { body: { code: string } }) => answer.body.code;

it('gives the use case what the client sent, and the tenant that its key names', async () => {
  const headers = { Authorization: 'Bearer tenant', 'X-SOME': 'y' };
  const answer = await serve().call('PUT', '/things/a_1-B', { body: { name: 'n' }, headers, query: { n: '1' } });
  expect(answer).toMatchObject({
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
  expect(answer.body).toEqual({
    tenantId: 't1',
    body: { name: 'n' },
    params: { id: 'a_1-B' },
    query: { n: '1' },
    header: 'y',
  });
});

it('reads a body that the gateway has encoded', async () => {
  const text = Buffer.from('{"name":"ü"}').toString('base64');
  const answer = await serve().call('PUT', '/things/1', { text, base64: true, headers: asTenant });
  expect(answer.body.body).toEqual({ name: 'ü' });
});

it.each([
  ['PUT', '/thing/1'],
  ['GET', '/things/1'],
  ['PUT', '/things/1/more'],
  ['DELETE', '/admin'],
  ['PUT', '/'],
])('answers not_found to %s %s, whoever asks', async (method, path) => {
  const answer = await serve().call(method, path);
  expect([answer.status, code(answer)]).toEqual([404, 'not_found']);
});

it.each(['a.b', 'a%20b', 'ü', 'x'.repeat(65), 'a:b'])('answers not_found to what cannot be an id: %s', async (id) => {
  const answer = await serve().call('PUT', `/things/${id}`, { body: { name: 'n' }, headers: asTenant });
  expect([answer.status, code(answer)]).toEqual([404, 'not_found']);
});

it('lets a route say what else its parameters may be', async () => {
  expect((await serve().call('GET', '/charges/t1.o1')).body).toEqual({ key: 't1.o1' });
  expect((await serve().call('GET', '/charges/t1-o1')).status).toBe(404);
});

it.each([undefined, 'Bearer other', 'tenant'])('asks for a key before it reads anything: %s', async (authorization) => {
  const answer = await serve().call('PUT', '/things/1', { text: '{', headers: authorization ? { authorization } : {} });
  expect([answer.status, code(answer)]).toEqual([401, 'unauthenticated']);
});

it('lets nobody use a route that is for others', async () => {
  const tenant = await serve().call('POST', '/admin', { headers: asTenant });
  const operator = await serve().call('PUT', '/things/1', { text: '{', headers: { authorization: 'Bearer operator' } });
  expect([tenant, operator].map((a) => [a.status, code(a)])).toEqual([
    [403, 'forbidden'],
    [403, 'forbidden'],
  ]);
  expect((await serve().call('POST', '/admin', { headers: { authorization: 'Bearer operator' } })).status).toBe(201);
});

it('counts the bytes of a body, not its characters', async () => {
  const most = 256 * 1024;
  const filled = (name: string) => serve().call('PUT', '/things/1', { body: { name }, headers: asTenant });
  const frame = JSON.stringify({ name: '' }).length;
  expect((await filled('x'.repeat(most - frame))).status).toBe(200);
  expect(code(await filled('x'.repeat(most - frame + 1)))).toBe('body_too_large');
  expect(code(await filled('ü'.repeat(most / 2)))).toBe('body_too_large');
  expect((await filled('ü'.repeat(most / 2))).status).toBe(413);
});

it.each(['{', '', 'nothing', '{"name":"n"} x'])('answers malformed_json to %j', async (text) => {
  const answer = await serve().call('PUT', '/things/1', { text, headers: asTenant });
  expect([answer.status, code(answer)]).toEqual([400, 'malformed_json']);
});

it.each([
  ['an unknown field', '{"name":"n","more":1}', '#'],
  ['a wrong type', '{"name":1}', '#/name'],
  ['a field that pretends to be a prototype', '{"name":"n","__proto__":{"x":1}}', '#'],
  ['another kind of JSON', 'null', '#'],
  ['what is wrong further down', '{"name":"n","at":{"a/b":1.5}}', '#/at/a~1b'],
])('points at %s', async (_, text, pointer) => {
  const answer = await serve().call('PUT', '/things/1', { text, headers: asTenant });
  expect([answer.status, code(answer)]).toEqual([422, 'invalid_body']);
  expect(answer.body.errors).toEqual([{ pointer, detail: expect.stringMatching(/./) }]);
  expect(answer.body.detail).toContain(pointer);
});

it('says in words what is wrong, of a body and of a query', async () => {
  const saidOf = async (request: object) => {
    const { body } = await serve().call('PUT', '/things/1', { headers: asTenant, ...request });
    return body.errors[0].detail;
  };
  expect(await saidOf({ body: { name: 1 } })).toMatch(/expected string, received number/);
  expect(await saidOf({ body: { name: 'n' }, query: { m: '1' } })).toMatch(/Unrecognized key: "m"/);
});

it('does not send back a flood of errors', async () => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field${i}`, i]));
  const { body } = await serve().call('PUT', '/things/1', { body: many, headers: asTenant });
  expect(JSON.stringify(body).length).toBeLessThan(2_000);
});

it('answers invalid_query to a query that it does not know', async () => {
  const answer = await serve().call('PUT', '/things/1', { body: { name: 'n' }, headers: asTenant, query: { m: '1' } });
  expect([answer.status, code(answer)]).toEqual([400, 'invalid_query']);
});

it.each([
  [new Error('the secret is 42'), 500, 'internal'],
  [new TypeError('x is undefined'), 500, 'internal'],
  [new Throttled('secret too'), 503, 'unavailable'],
  [Object.assign(new Error('secret'), { name: 'ThrottlingException' }), 503, 'unavailable'],
  [Object.assign(new Error('secret'), { name: 'TimeoutError' }), 503, 'unavailable'],
])('logs what nobody expected once, with its stack, and tells nothing of it: %s', async (error, status, expected) => {
  const { rt, fn } = serve(() => {
    throw error;
  });
  const log = vi.spyOn(rt.logger, 'error');
  const answer = await request(fn, 'PUT', '/things/1', { body: { name: 'n' }, headers: asTenant });
  expect([answer.status, code(answer)]).toEqual([status, expected]);
  expect(JSON.stringify(answer)).not.toContain(error.message);
  expect(log.mock.calls).toEqual([['the request failed', error]]);
});

it('names route and tenant in the log, and forgets them with the request', async () => {
  const { rt, call } = serve();
  const said = [vi.spyOn(rt.logger, 'appendKeys'), vi.spyOn(rt.logger, 'resetKeys')] as const;
  await call('PUT', '/things/1', { text: '{', headers: asTenant });
  expect(said[0].mock.calls).toEqual([[{ route: 'PUT /things/{id}' }], [{ tenantId: 't1' }]]);
  expect(said[1]).toHaveBeenCalledTimes(1);
});

it('takes a request without any header, as consoles send', async () => {
  const event = { ...eventOf('GET', '/charges/a'), headers: null as unknown as Record<string, string> };
  const context = createContext({ name: 'test', requestId: 'r', timeoutMs: 1_000 }, systemClock);
  expect((await serve().fn(event, context)).statusCode).toBe(200);
});

it('says which routes it serves', () => {
  expect(serve().fn.routes).toEqual([
    { method: 'PUT', path: '/things/{id}', scope: 'tenant' },
    { method: 'GET', path: '/charges/{key}', scope: 'public' },
    { method: 'POST', path: '/admin', scope: 'operator' },
  ]);
});
