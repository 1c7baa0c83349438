import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Host } from '../../../embedded/host/host.ts';
import { type HttpServer, listen } from '../../../embedded/host/server.ts';

let server: HttpServer;
let handled = 0;

beforeAll(async () => {
  server = await listen(0);
  const handle = async () => {
    handled += 1;
    return { status: 200, headers: {}, body: 'handled', json: 'handled' };
  };
  server.serve({ request: handle, callAws: handle } as unknown as Host);
});
afterAll(() => server.close());

/** Sends the bytes as they are and returns the status of the response, its media type and its body. */
const sendBytes = async (text: string) => {
  const socket = connect(Number(new URL(server.origin).port), '127.0.0.1').setEncoding('utf8');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.write(text);
  await once(socket, 'end');
  const [head = '', body = ''] = received.split(/\r\n\r\n(.*)/s);
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    type: /^content-type: (.+)$/im.exec(head)?.[1]?.trim(),
    body,
  };
};
const toRequest = (target: string, ...headers: readonly string[]) =>
  `${[`GET ${target} HTTP/1.1`, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`;

it.each([
  ...['127.0.0.1', '127.0.0.1:8787', 'localhost', 'localhost:65535', 'LOCALHOST:1', 'localhost.:8787', '[::1]'],
  '[::1]:8787',
])('serves the API to Host: %s', async (host) => {
  expect(await sendBytes(toRequest('/v1/health/live', `Host: ${host}`))).toMatchObject({ status: 200 });
});

const FOREIGN_HOSTS = [
  ...['evil.example', 'evil.example:8787', '127.0.0.1.evil.example', 'localhost.evil.example', 'evil.localhost'],
  ...['localhost:80@evil.example', 'evil.example@localhost', '127.0.0.1:8787@evil.example:8787', 'localhost:', ':80'],
  ...['127.0.0.2', '127.1', '2130706433', '0x7f000001', '0.0.0.0:8787', '192.168.0.7', '10.0.0.1', '127.0.0.1.'],
  ...['::1', '[::]', '[::ffff:127.0.0.1]', '[::1]x', '[fe80::1]', 'localhost..', 'localhost:8787:1', 'localhost/'],
  ...['localhost,evil.example', 'localhost evil.example', 'http://localhost', 'localhost:123456', 'localhost:-1', ''],
];
it.each(FOREIGN_HOSTS)('answers 421 to Host: %s, on the API and on the AWS endpoint', async (host) => {
  handled = 0;
  for (const more of [[], ['X-Amz-Target: AmazonSQS.ListQueues']]) {
    const { status, type, body } = await sendBytes(toRequest('/v1/health/live', `Host: ${host}`, ...more));
    expect([status, type]).toEqual([421, 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({ status: 421, code: 'misdirected_request' });
  }
  expect(handled).toBe(0);
});

it('answers 400 to two Host headers', async () => {
  for (const second of ['evil.example', 'localhost']) {
    const request = toRequest('/v1/health/live', 'Host: localhost', `Host: ${second}`);
    expect(await sendBytes(request)).toMatchObject({ status: 400 });
  }
});

it.each(['http://evil.example/v1/health/live', 'http://localhost@evil.example/', 'https://evil.example:8787'])(
  'answers 421 to the target %s, whatever Host says',
  async (target) => expect(await sendBytes(toRequest(target, 'Host: localhost'))).toMatchObject({ status: 421 }),
);

it.each([
  'http://localhost:8787/v1/health/live',
  'HTTP://127.0.0.1',
  '/v1/x?next=http://evil.example',
  '//evil.example',
])('serves the target %s', async (target) =>
  expect(await sendBytes(toRequest(target, 'Host: localhost'))).toMatchObject({ status: 200 }),
);

it('serves the API to a client of HTTP/1.0 without Host, which no browser is', async () =>
  expect(await sendBytes('GET /v1/health/live HTTP/1.0\r\n\r\n')).toMatchObject({ status: 200 }));
