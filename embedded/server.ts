import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpAnswer, problemAnswer } from './gateway.ts';
import type { Host } from './host.ts';

const HOSTNAME = '127.0.0.1';
const LARGEST_BODY = 10 * 1024 * 1024;

export type Listening = {
  readonly origin: string;
  /** From now on the host answers what comes in. */
  readonly serve: (host: Host) => void;
  /** Lets requests that are under way finish, and takes no more. */
  readonly close: () => Promise<void>;
};

/** The body, or undefined where it is too large; what follows then is read and dropped, so that the answer gets through. */
const bodyOf = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_BODY) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= LARGEST_BODY ? Buffer.concat(chunks) : undefined;
};

const pairs = (raw: readonly string[]): [string, string][] =>
  Array.from({ length: raw.length / 2 }, (_, n) => [raw[2 * n] ?? '', raw[2 * n + 1] ?? '']);

const reply = (response: ServerResponse, { status, headers, body }: HttpAnswer): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  response.end(body);
};

const answer = async (host: Host, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await bodyOf(request);
  const target = request.headers['x-amz-target'];
  if (body && typeof target === 'string') {
    const { status, json } = await host.call({ target, body });
    return reply(response, { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: json });
  }
  const { method = 'GET', url = '/', rawHeaders, socket } = request;
  const answered = body
    ? await host.request({
        method,
        target: url,
        headers: pairs(rawHeaders),
        body: body.toString('utf8'),
        ...(socket.remoteAddress && { sourceIp: socket.remoteAddress }),
      })
    : problemAnswer('body_too_large');
  reply(response, answered);
};

const handle = (host: Promise<Host>) => (request: IncomingMessage, response: ServerResponse) => {
  const answered = host.then((ready) => answer(ready, request, response));
  answered.catch((error: unknown) => {
    // the client went away, or the host has a defect: the latter must be seen
    if (!request.destroyed) console.error(error);
    if (response.headersSent) return void response.destroy();
    reply(response, problemAnswer('internal'));
  });
};

const listening = (server: Server, serve: (host: Host) => void): Listening => ({
  origin: `http://${HOSTNAME}:${(server.address() as AddressInfo).port}`,
  serve,
  close: () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    }),
});

/** Takes the port (0: any that is free), or rejects with the system's error. */
export const listen = (port: number): Promise<Listening> =>
  new Promise((resolve, reject) => {
    // a request that comes before there is a host waits for it: the port is taken first, for it is part of the host's origin
    const { promise: host, resolve: serve } = Promise.withResolvers<Host>();
    const server = createServer({ keepAliveTimeout: 60_000 }, handle(host));
    server.once('error', reject);
    server.listen({ host: HOSTNAME, port, backlog: 4_096 }, () => resolve(listening(server, serve)));
  });
