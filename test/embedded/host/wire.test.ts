import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { contexts } from '#contexts';
import { gatewayProblems } from '#platform/http/problems';
import { createHost, type Host } from '../../../embedded/host/host.ts';
import { seed, toApiKey } from '../../../embedded/host/seed.ts';
import { DEFAULT_LIMITS, type HttpServer, listen, type ServerLimits } from '../../../embedded/host/server.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { bytesOf, openSocket, readToEnd, sendRaw } from './raw-http.ts';

const MAX_BODY_BYTES = 256 * 1024;
const demo = { tenantId: 'demo', secret: '0123456789abcdef' };
const key = `Authorization: Bearer ${toApiKey(demo)}`;

const opened: HttpServer[] = [];
const serve = async (host?: Partial<Host>, limits?: Partial<ServerLimits>) => {
  const server = await listen(0, limits);
  opened.push(server);
  if (host) server.serve(host as Host);
  return server;
};
const server = await serve();
const host = createHost({ contexts, secrets, origin: server.origin });
await seed(host, demo);
server.serve(host);

afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  host.close();
});

const lines = (...all: readonly string[]) => `${all.join('\r\n')}\r\n\r\n`;
const HOST = 'Host: 127.0.0.1';

type Expected = { readonly code: string; readonly status: number };
const expectProblem = async (sent: readonly (string | Buffer)[], { code, status }: Expected, to = server) => {
  const { body, ...response } = await sendRaw(to.origin, sent);
  expect(response).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
  expect(JSON.parse(body)).toMatchObject({ code, status, detail: expect.stringMatching(/./) });
  return response;
};

describe('what Node refuses by itself has a problem document', () => {
  it.each<[string, string, readonly [code: string, status: number]]>([
    ['a malformed request line', lines('HELLO'), ['bad_request', 400]],
    ['an unknown method', lines('BREW /v1/orders HTTP/1.1', HOST), ['bad_request', 400]],
    ['an unknown version', lines('GET /v1/orders HTTP/3.7', HOST), ['bad_request', 400]],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ['bad_request', 400]],
    ['a malformed header', lines('GET /v1/orders HTTP/1.1', HOST, 'a b: c'), ['bad_request', 400]],
    ['a NUL in a header', lines('GET /v1/orders HTTP/1.1', HOST, 'Idempotency-Key: a\0b'), ['bad_request', 400]],
    ['no Host', lines('GET /v1/health/live HTTP/1.1'), ['bad_request', 400]],
    ['two Hosts', lines('GET /v1/health/live HTTP/1.1', HOST, 'Host: example.com'), ['bad_request', 400]],
    [
      'both a Content-Length and a Transfer-Encoding',
      lines('POST /v1/orders HTTP/1.1', HOST, 'Content-Length: 1', 'Transfer-Encoding: chunked'),
      ['bad_request', 400],
    ],
    [
      'a Transfer-Encoding that compresses',
      `${lines('POST /v1/orders HTTP/1.1', HOST, 'Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
      ['bad_request', 400],
    ],
    [
      'two Content-Lengths',
      lines('POST /v1/orders HTTP/1.1', HOST, 'Content-Length: 1', 'Content-Length: 2'),
      ['bad_request', 400],
    ],
    [
      'a malformed chunk',
      `${lines('POST /v1/orders HTTP/1.1', HOST, 'Transfer-Encoding: chunked')}zz\r\n`,
      ['bad_request', 400],
    ],
    [
      'an unknown expectation',
      lines('GET /v1/health/live HTTP/1.1', HOST, 'Expect: a-miracle'),
      ['expectation_failed', 417],
    ],
    ['a CONNECT', lines('CONNECT example.com:443 HTTP/1.1', HOST), ['not_found', 404]],
    ['an OPTIONS of everything', lines('OPTIONS * HTTP/1.1', HOST), ['not_found', 404]],
    [
      'headers that are too large',
      lines('GET /v1/orders HTTP/1.1', HOST, `X-Large: ${'x'.repeat(20_000)}`),
      ['headers_too_large', 431],
    ],
    ['a target that is too large', lines(`GET /${'x'.repeat(20_000)} HTTP/1.1`, HOST), ['headers_too_large', 431]],
  ])('%s', async (_, request, [code, status]) => {
    await expectProblem([request], { code, status });
  });

  it.each<[string, string]>([
    ['a connection', ''],
    ['a head', 'GET /v1/health/live HTTP/1.1\r\nHost: a'],
    ['a body', `${lines('POST /v1/orders HTTP/1.1', HOST, 'Content-Length: 10')}{`],
  ])('%s that does not arrive in time ends the request', async (_, request) => {
    const hasty = await serve(host, { headersTimeoutMs: 200, requestTimeoutMs: 300, checkIntervalMs: 50 });
    expect(
      (await expectProblem([request], { code: 'request_timeout', status: 408 }, hasty)).headers['connection'],
    ).toBe('close');
  });
});

it('waits at most 30 s for a request, including the time between two checks', () => {
  const { headersTimeoutMs, requestTimeoutMs, checkIntervalMs } = DEFAULT_LIMITS;
  expect(Math.max(headersTimeoutMs, requestTimeoutMs) + checkIntervalMs).toBeLessThanOrEqual(30_000);
});

it('tells a client whose request was late the limits that hold', () => {
  const { headersTimeoutMs, requestTimeoutMs } = DEFAULT_LIMITS;
  const { detail } = gatewayProblems.request_timeout;
  expect(detail).toContain(`headers within ${headersTimeoutMs / 1_000} seconds`);
  expect(detail).toContain(`request within ${requestTimeoutMs / 1_000} seconds`);
});

describe('a body that is too large', () => {
  const head = (...more: string[]) => lines('POST /v1/orders HTTP/1.1', HOST, ...more);

  it.each<[string, readonly (string | Buffer)[]]>([
    ['is announced', [head(`Content-Length: ${MAX_BODY_BYTES + 1}`)]],
    ['is announced with 100-continue', [head(`Content-Length: ${10 ** 9}`, 'Expect: 100-continue')]],
    ['arrives in chunks', [head('Transfer-Encoding: chunked'), '40001\r\n', Buffer.alloc(MAX_BODY_BYTES + 1)]],
    ['is still being sent', [head(`Content-Length: ${8 << 20}`), Buffer.alloc(8 << 20)]],
  ])('%s: it is refused before anyone is authenticated, and no more of it is awaited', async (_, sent) => {
    const request = vi.fn(host.request);
    const spied = await serve({ request });
    expect((await expectProblem(sent, { code: 'body_too_large', status: 413 }, spied)).headers['connection']).toBe(
      'close',
    );
    expect(request).not.toHaveBeenCalled();
  });

  it('is larger than 256 KB: one of exactly that size reaches the function', async () => {
    const sent = [head(`Content-Length: ${MAX_BODY_BYTES}`), Buffer.alloc(MAX_BODY_BYTES, ' ')];
    await expectProblem(sent, { code: 'unauthenticated', status: 401 });
  });
});

describe('a target', () => {
  it.each([
    '/v1/orders?limit=1',
    'http://127.0.0.1:8787/v1/orders?limit=1',
    'HTTPS://LOCALHOST/v1/orders',
    '/v1/orders/',
    '/v1/orders/?limit=1',
  ])('names the list of orders: %s', async (target) => {
    const { status, body } = await sendRaw(server.origin, [lines(`GET ${target} HTTP/1.1`, HOST, key)]);
    expect([status, JSON.parse(body)]).toEqual([200, { items: [], next: null }]);
  });

  it.each([
    ...['//v1/orders', '/v1//orders', '/v1/orders//', '/V1/orders', '/v1/orders;a=b', '/v1%2Forders', '/v1/orders#a'],
    ...['*', 'http://127.0.0.1', 'http://127.0.0.1?a=/v1/orders', '/v1/%zz', '/%00', '/v1/orders%00'],
  ])('names nothing: %s', async (target) => {
    await expectProblem([lines(`GET ${target} HTTP/1.1`, HOST, key)], { code: 'not_found', status: 404 });
  });

  it('names no order if its id cannot be decoded', async () => {
    const sent = [lines('GET /v1/orders/%ff HTTP/1.1', HOST, key)];
    await expectProblem(sent, { code: 'order_not_found', status: 404 });
  });
});

it('has the headers of GET and no body in the response to HEAD, and keeps the connection in step', async () => {
  const get = await sendRaw(server.origin, [lines('GET /v1/health/live HTTP/1.1', HOST, 'X-Correlation-Id: c')]);
  const head = await sendRaw(server.origin, [lines('HEAD /v1/health/live HTTP/1.1', HOST, 'X-Correlation-Id: c')]);
  const { date: _, ...headers } = get.headers;
  expect(get.status).toBe(200);
  expect(head).toMatchObject({ status: 200, body: '', headers });
});

it('ignores an upgrade, and takes 100-continue', async () => {
  const upgrade = lines('GET /v1/health/live HTTP/1.1', HOST, 'Connection: Upgrade', 'Upgrade: websocket');
  expect((await sendRaw(server.origin, [upgrade])).status).toBe(200);
  const expecting = lines('GET /v1/health/live HTTP/1.1', HOST, 'Expect: 100-Continue', 'Content-Length: 1');
  expect((await sendRaw(server.origin, [expecting, 'x'])).status).toBe(200);
});

it.each([
  ['another Host', ['Host: evil.example', 'Content-Length: 10'], 421],
  ['an AWS call that is not signed', [HOST, 'X-Amz-Target: DynamoDB_20120810.Scan', 'Content-Length: 10'], 400],
])('answers %s once and closes the connection, although a part of the body is missing', async (_, headers, status) => {
  const hasty = await serve(host, { requestTimeoutMs: 200, headersTimeoutMs: 200, checkIntervalMs: 50 });
  const received = await readToEnd(hasty.origin, [lines('POST /v1/orders HTTP/1.1', ...headers), 'ab']);
  expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`]);
  expect(received).toMatch(/^connection: close\r$/m);
});

it('sends no body to a HEAD whose headers are too large', async () => {
  const request = lines('HEAD /v1/orders HTTP/1.1', HOST, `X-Large: ${'x'.repeat(20_000)}`);
  expect(await readToEnd(server.origin, [request])).toMatch(/^HTTP\/1\.1 431 [\s\S]*\r\n\r\n$/);
});

it('answers pipelined requests in their order, also when the last one is malformed', async () => {
  const both = `${lines('GET /v1/health/live HTTP/1.1', HOST)}${lines('HELLO')}`;
  expect((await sendRaw(server.origin, [both])).status).toBe(200);
});

it.each([
  ['Idempotency-Key', 'Idempotency-Key: a', 'idempotency-key: b'],
  // the gateway's authorizer takes the last one
  ['Authorization', 'Authorization: Bearer other', key],
  ['Content-Type', 'Content-Type: application/json', 'Content-Type: text/plain'],
])('refuses two values of %s', async (name, ...repeated) => {
  const request = lines('POST /v1/orders HTTP/1.1', HOST, key, ...repeated, 'Content-Length: 2');
  const { body } = await sendRaw(server.origin, [request, '{}']);
  expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'bad_request' });
  expect(JSON.parse(body).detail.toLowerCase()).toContain(name.toLowerCase());
});

it.each(['gzip', 'Deflate', 'identity, gzip', 'x'])('takes no body in the encoding %s', async (encoding) => {
  const head = ['PUT /v1/products/a HTTP/1.1', HOST, key, `Content-Encoding: ${encoding}`, 'Content-Length: 2'];
  const { headers } = await expectProblem([lines(...head), '{}'], { code: 'unsupported_media_type', status: 415 });
  expect(headers).toMatchObject({ 'accept-encoding': 'identity' });
});

it('passes the bytes of a body as they are', async () => {
  const body = bytesOf('{"name":"Caf\xe9","price":{"amount":1,"currency":"EUR"}}');
  const request = lines('PUT /v1/products/cafe HTTP/1.1', HOST, key, `Content-Length: ${body.length}`);
  await expectProblem([request, body], { code: 'malformed_json', status: 400 });
});

describe('a defect of the host', () => {
  it('is logged, and answered with a problem', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue(undefined);
    const defect = new Error('a defect');
    const broken = await serve({ request: () => Promise.reject(defect) });
    const request = lines('POST /v1/orders HTTP/1.1', HOST, 'Content-Length: 2');
    await expectProblem([request, '{}'], { code: 'internal', status: 500 }, broken);
    expect(error.mock.calls).toEqual([[defect]]);
    error.mockRestore();
  });

  it('is not that a client disconnects', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue(undefined);
    const socket = openSocket(server.origin);
    socket.write(`${lines('POST /v1/orders HTTP/1.1', HOST, 'Content-Length: 10')}{`);
    await sleep(50);
    socket.destroy();
    await sleep(50);
    expect(error).not.toHaveBeenCalled();
    error.mockRestore();
  });
});
