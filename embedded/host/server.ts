import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSystemRandom } from '../aws/random.ts';
import type { Credential } from '../aws/signature.ts';
import { answerAwsCall, isAwsCall } from './aws-endpoint.ts';
import { createCredential } from './credential.ts';
import { type HttpResponse, toProblemResponse } from './gateway.ts';
import type { Host } from './host.ts';
import { isForLoopback, misdirectedResponse } from './loopback.ts';

const HOSTNAME = '127.0.0.1';
const MAX_BODY_BYTES = 10 * 1024 * 1024;

export type HttpServer = {
  readonly origin: string;
  /** Signs the calls of the AWS endpoint. It is new with every server. */
  readonly credential: Credential;
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

type Backend = Pick<Host, 'request' | 'callAws'> & { readonly credential: Credential };

const respond = async (host: Backend, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (!isForLoopback(request)) return sendResponse(response, misdirectedResponse);
  if (isAwsCall(request)) {
    const answer = await answerAwsCall(request, { ...host, readBody: () => readBody(request) });
    return sendResponse(response, answer ?? toProblemResponse('body_too_large'));
  }
  const body = await readBody(request);
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

const handle = (host: Promise<Backend>) => (request: IncomingMessage, response: ServerResponse) => {
  const responded = host.then((ready) => respond(ready, request, response));
  responded.catch((error: unknown) => {
    // either the client disconnected, or the host has a defect, which must be reported
    if (!request.destroyed) console.error(error);
    if (response.headersSent) return void response.destroy();
    sendResponse(response, toProblemResponse('internal'));
  });
};

const toHttpServer = (server: Server, serve: (host: Host) => void, credential: Credential): HttpServer => ({
  origin: `http://${HOSTNAME}:${(server.address() as AddressInfo).port}`,
  credential,
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
    const credential = createCredential(createSystemRandom());
    const backend = host.then(({ request, callAws }) => ({ request, callAws, credential }));
    const server = createServer({ keepAliveTimeout: 60_000 }, handle(backend));
    server.once('error', reject);
    server.listen({ host: HOSTNAME, port, backlog: 4_096 }, () => resolve(toHttpServer(server, serve, credential)));
  });
