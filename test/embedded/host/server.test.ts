import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { HttpRequest } from '../../../embedded/host/gateway.ts';
import type { Host } from '../../../embedded/host/host.ts';
import { listen } from '../../../embedded/host/server.ts';
import { openSocket, readToEnd, sendRaw } from './raw-http.ts';

const hostAnswering = (body: string) =>
  ({ request: async () => ({ status: 200, headers: {}, body }) }) as unknown as Host;

it('handles the requests of one connection one after the other, in their order, and those of others beside them', async () => {
  const server = await listen(0);
  const releases: (() => void)[] = [];
  let [handling, most] = [0, 0];
  const targets: string[] = [];
  const host = {
    async request({ target }: HttpRequest) {
      targets.push(target);
      handling += 1;
      most = Math.max(most, handling);
      if (target === '/v1/slow') await new Promise<void>((resolve) => releases.push(resolve));
      handling -= 1;
      return { status: 200, headers: {}, body: target };
    },
  };
  try {
    server.serve(host as unknown as Host);
    const requestOf = (target: string, more = '') => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
    const pipelined = Array.from({ length: 3_000 }, (_, n) => `/v1/${n}`);
    const received = readToEnd(server.origin, [
      requestOf('/v1/slow') +
        pipelined.map((target) => requestOf(target)).join('') +
        requestOf('/v1/last', 'Connection: close\r\n'),
    ]);
    await vi.waitFor(() => expect(targets).toEqual(['/v1/slow']));
    expect((await sendRaw(server.origin, [requestOf('/v1/other')])).body).toBe('/v1/other');
    expect(targets).toEqual(['/v1/slow', '/v1/other']);
    most = 0;
    for (const release of releases) release();
    const responses = (await received).match(/\/v1\/\w+$|\/v1\/\w+(?=HTTP)/gm);
    expect(responses).toEqual(['/v1/slow', ...pipelined, '/v1/last']);
    expect(most).toBe(1);
  } finally {
    for (const release of releases) release();
    await server.close();
  }
});

// red if a request is handled although its body is incomplete
it('does not handle what a client has pipelined once it has closed the connection', async () => {
  const server = await listen(0);
  const targets: string[] = [];
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  try {
    server.serve({
      async request({ target }: HttpRequest) {
        targets.push(target);
        await closed;
        return { status: 200, headers: {}, body: '' };
      },
    } as unknown as Host);
    const socket = openSocket(server.origin);
    socket.write('GET /v1/1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /v1/2 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(targets).toEqual(['/v1/1']));
    socket.resetAndDestroy();
    // the server handles another connection only after it has seen the end of this one
    const after = sendRaw(server.origin, ['GET /v1/3 HTTP/1.1\r\nHost: localhost\r\n\r\n']);
    await vi.waitFor(() => expect(targets).toContain('/v1/3'));
    close();
    expect((await after).status).toBe(200);
    await nextTurn();
    expect(targets).toEqual(['/v1/1', '/v1/3']);
  } finally {
    close();
    await server.close();
  }
});

it('keeps a request waiting until the host is ready', async () => {
  const server = await listen(0);
  try {
    const earlyResponse = fetch(`${server.origin}/v1/health/live`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.serve(hostAnswering('here'));
    expect(await (await earlyResponse).text()).toBe('here');
  } finally {
    await server.close();
  }
});

// red if the server waits for these clients: Node checks no time limit once it is closed
it.each([
  ['sends nothing', ''],
  ['sends only a part of its headers', 'GET /v1/orders HTTP/1.1\r\nHo'],
  ['sends only a part of its body', 'POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc'],
  [
    'sends only a part of its second request',
    'GET /v1/orders HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc',
  ],
])('closes at once while a client %s', { timeout: 20_000 }, async (_, sent) => {
  const server = await listen(0);
  server.serve(hostAnswering('here'));
  const socket = openSocket(server.origin);
  await once(socket, 'connect');
  if (sent) socket.write(sent);
  // the server has read what the client sent
  expect((await sendRaw(server.origin, ['GET /v1/1 HTTP/1.1\r\nHost: localhost\r\n\r\n'])).body).toBe('here');
  await server.close();
  socket.destroy();
});

it('answers the requests that have arrived before it closes, and keeps no connection open', {
  timeout: 20_000,
}, async () => {
  const server = await listen(0);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const targets: string[] = [];
  server.serve({
    async request({ target }: HttpRequest) {
      targets.push(target);
      await released;
      return { status: 200, headers: {}, body: target };
    },
  } as unknown as Host);
  const received = readToEnd(server.origin, [
    'GET /v1/1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /v1/2 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ]);
  await vi.waitFor(() => expect(targets).toEqual(['/v1/1']));
  const closed = server.close();
  release();
  expect((await received).match(/\/v1\/\d/g)).toEqual(['/v1/1', '/v1/2']);
  await closed;
});
