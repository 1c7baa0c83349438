import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpResponse, toProblemResponse } from './gateway.ts';
import type { Host } from './host.ts';

const HOSTNAME = '127.0.0.1';
const MAX_BODY_BYTES = 10 * 1024 * 1024;

export type HttpServer = {
  readonly origin: string;
  /** Lets the host handle the requests, including those that wait for it. */
  readonly serve: (host: Host) => void;
  /** Lets requests in flight finish and accepts no further ones. */
  readonly close: () => Promise<void>;
};

/** Returns the body, or undefined if it is too large. The rest of it is read and dropped, so that the client can read the response. */
const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
};

const toHeaderPairs = (raw: readonly string[]): [string, string][] =>
  Array.from({ length: raw.length / 2 }, (_, n) => [raw[2 * n] ?? '', raw[2 * n + 1] ?? '']);

const sendResponse = (response: ServerResponse, { status, headers, body }: HttpResponse): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  response.end(body);
};

const respond = async (host: Host, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await readBody(request);
  const target = request.headers['x-amz-target'];
  if (body && typeof target === 'string') {
    const { status, json } = await host.callAws({ target, body });
    return sendResponse(response, { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: json });
  }
  const { method = 'GET', url = '/', rawHeaders, socket } = request;
  const httpResponse = body
    ? await host.request({
        method,
        target: url,
        headers: toHeaderPairs(rawHeaders),
        body: body.toString('utf8'),
        ...(socket.remoteAddress && { sourceIp: socket.remoteAddress }),
      })
    : toProblemResponse('body_too_large');
  sendResponse(response, httpResponse);
};

const handle = (host: Promise<Host>) => (request: IncomingMessage, response: ServerResponse) => {
  const responded = host.then((ready) => respond(ready, request, response));
  responded.catch((error: unknown) => {
    // either the client disconnected, or the host has a defect, which must be reported
    if (!request.destroyed) console.error(error);
    if (response.headersSent) return void response.destroy();
    sendResponse(response, toProblemResponse('internal'));
  });
};

const toHttpServer = (server: Server, serve: (host: Host) => void): HttpServer => ({
  origin: `http://${HOSTNAME}:${(server.address() as AddressInfo).port}`,
  serve,
  close: () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    }),
});

/** Listens on the port (0: any free port), or rejects with the system's error. */
export const listen = (port: number): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    // the port is part of the host's origin, so the server listens first; an early request waits for the host
    const { promise: host, resolve: serve } = Promise.withResolvers<Host>();
    const server = createServer({ keepAliveTimeout: 60_000 }, handle(host));
    server.once('error', reject);
    server.listen({ host: HOSTNAME, port, backlog: 4_096 }, () => resolve(toHttpServer(server, serve)));
  });
