import fc from 'fast-check';
import { bytesOf } from './raw-http.ts';

/** The names of every member of `Object.prototype`, and what else a program may take for its own. */
export const PROTOTYPE_NAMES = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'length', 'then'];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH'];
const SEGMENTS = [
  ...['v1', 'orders', 'products', 'inventory', 'tenants', 'health', 'live', 'providers', 'sandbox', 'callbacks'],
  ...[
    'cancel',
    'payments',
    'resume',
    'adjustments',
    'charges',
    'mug',
    '',
    '.',
    '..',
    '%2e%2e',
    '%2F',
    '%00',
    '%zz',
    '%',
  ],
  ...['%ff', '%ed%a0%80', ';a=b', 'a+b', 'a b'.replace(' ', '%20'), '*', '~', ...PROTOTYPE_NAMES],
];
const PATHS = [
  ...['/v1/orders', '/v1/orders/', '//v1/orders', '/v1//orders', '/V1/orders', '/v1/orders/a', '/v1/orders/a/cancel'],
  ...['/v1/orders/a/payments', '/v1/orders/a/resume', '/v1/products', '/v1/products/mug', '/v1/inventory/mug', '*'],
  ...['/v1/inventory/mug/adjustments', '/v1/tenants', '/v1/providers/sandbox/callbacks', '/v1/health/live', '/'],
  ...[
    '/sandbox/charges',
    '/sandbox/charges/a.b',
    '/sandbox/outages',
    '/v1/orders;a=b',
    '/v1/orders/%2e%2e',
    '/v1%2Forders',
  ],
  ...['http://127.0.0.1/v1/orders', 'https://example.com', 'example.com:443', 'http://[', '/v1/orders#a', ''],
];
const QUERY_PARTS = [
  ...['limit=1', 'limit=-1', 'limit=1e400', 'cursor=%00', 'cursor=', '=', '&', '%zz', '%ff=%ff', 'a=b=c', '+', 'a[]=1'],
  ...PROTOTYPE_NAMES,
];
const HEADER_NAMES = [
  ...['Content-Type', 'content-encoding', 'Idempotency-Key', 'idempotency-key', 'Authorization', 'X-Correlation-Id'],
  ...['Expect', 'Breakwater-Signature', 'Accept', 'Upgrade', 'Connection', 'X-HTTP-Method-Override', 'Range'],
  ...PROTOTYPE_NAMES,
];
const HEADER_VALUES = [
  ...['application/json', 'application/json; charset=utf-8', 'application/json; charset=latin1', 'text/plain', 'gzip'],
  ...[
    'identity',
    '',
    ' ',
    ',',
    ';',
    '"',
    'Bearer',
    'Bearer x',
    'Basic eDp5',
    '100-continue',
    '200-ok',
    'upgrade',
    'h2c',
  ],
  ...['close', 'a'.repeat(300), '\u00ff\u00fe', 'k1', 'k2', ...PROTOTYPE_NAMES],
];
const TEXTS = ['\\ud800', '\\u0000', '\ufeff', '\u00e9', 'mug', '1e400', '-0', '__proto__', 'constructor'];

const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...PATHS) },
  fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
);
const query = fc.array(fc.constantFrom(...QUERY_PARTS), { maxLength: 3 }).map((parts) => parts.join('&'));
const target = fc
  .tuple(path, fc.option(query, { nil: undefined }))
  .map(([path, query]) => (query === undefined ? path : `${path}?${query}`));

const VALID_ORDER =
  '{"lines":[{"sku":"mug","quantity":1}],"customer":{"email":"a@example.com"},"payment":{"token":"t"}}';
const json = fc.oneof(
  fc.constantFrom(VALID_ORDER, '{}', '[]', 'null', '', '{"amount":1,"currency":"EUR","reference":"r"}'),
  fc.constantFrom('{"name":"n"}', '{"delta":1,"reason":"r"}', '{"name":"n","name":"m"}', '{"tenantId":"demo"}'),
  fc.constantFrom(...TEXTS).map((text) => `{"name":"${text}","${text}":1}`),
  fc.constantFrom(...TEXTS).map((text) => `{"amount":${text},"delta":${text},"reason":"r","reference":"${text}"}`),
  fc.json({ depthSize: 'small' }),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
);
const body = fc.oneof(
  json.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(json, fc.uint8Array({ minLength: 1, maxLength: 3 }), fc.nat()).map(([text, bytes, at]) => {
    const valid = Buffer.from(text);
    const index = valid.length === 0 ? 0 : at % valid.length;
    return Buffer.concat([valid.subarray(0, index), Buffer.from(bytes), valid.subarray(index + 1)]);
  }),
);
const method = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...METHODS) },
  fc.constantFrom('BREW', 'get', 'CONNECT'),
);
const headers = fc.array(fc.tuple(fc.constantFrom(...HEADER_NAMES), fc.constantFrom(...HEADER_VALUES)), {
  maxLength: 4,
});

export type HostileRequest = {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
};

/** Requests that no honest client sends. Most of them have the key, so that they reach a handler. */
export const hostileRequest = (authorization: string): fc.Arbitrary<HostileRequest> =>
  fc
    .record({ method, target, headers, body, hasKey: fc.integer({ min: 0, max: 3 }).map((n) => n > 0) })
    .map(({ hasKey, headers, ...request }) => ({
      ...request,
      headers: [...(hasKey ? [['authorization', authorization] as const] : []), ...headers],
    }));

/** How the request is put on the wire. */
export type Framing = 'length' | 'chunked' | 'both' | 'short' | 'none';

/** A body that never arrives takes the time of the server's time-out, so few are short. */
export const framing = fc.oneof(
  { weight: 15, arbitrary: fc.constantFrom<Framing>('length', 'length', 'chunked', 'both', 'none') },
  fc.constant<Framing>('short'),
);

const frame = (body: Buffer, how: Framing): readonly [headers: readonly string[], body: Buffer] => {
  const chunk = Buffer.concat([bytesOf(`${body.length.toString(16)}\r\n`), body, bytesOf('\r\n0\r\n\r\n')]);
  const chunked = body.length === 0 ? bytesOf('0\r\n\r\n') : chunk;
  if (how === 'length') return [[`Content-Length: ${body.length}`], body];
  if (how === 'chunked') return [['Transfer-Encoding: chunked'], chunked];
  if (how === 'both') return [[`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'], chunked];
  if (how === 'short') return [[`Content-Length: ${body.length + 1}`], body];
  return [[], Buffer.alloc(0)];
};

export const toWire = ({ method, target, headers, body }: HostileRequest, how: Framing): Buffer => {
  const [framingHeaders, framed] = frame(body, how);
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: 127.0.0.1', ...framingHeaders];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  return Buffer.concat([bytesOf(`${lines.join('\r\n')}\r\n\r\n`), framed]);
};
