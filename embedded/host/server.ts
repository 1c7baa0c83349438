import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createSystemRandom } from '../aws/random.ts';
import type { Credential } from '../aws/signature.ts';
import { answerAwsCall, isAwsCall } from './aws-endpoint.ts';
import { createCredential } from './credential.ts';
import { toProblemResponse } from './gateway.ts';
import type { Host } from './host.ts';
import { isForLoopback } from './loopback.ts';
import { refuseUnread, refuseWithProblems, sendEarly, sendResponse } from './refusals.ts';
import { type Exchange, receiveBody } from './request-body.ts';

const HOSTNAME = '127.0.0.1';
/** What a function accepts. */
const MAX_BODY_BYTES = 256 * 1024;

/** How long a client may take to send a request. A slow one ends at the first check after that. */
export type ServerLimits = {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly checkIntervalMs: number;
};
export const DEFAULT_LIMITS: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 25_000,
  checkIntervalMs: 2_500,
};

export type HttpServer = {
  readonly origin: string;
  /** Signs the calls of the AWS endpoint. It is new with every server. */
  readonly credential: Credential;
  /** Lets the host handle the requests, including those that wait for it. */
  readonly serve: (host: Host) => void;
  /** Lets requests in flight finish and accepts no further ones. */
  readonly close: () => Promise<void>;
};

const toHeaderPairs = (raw: readonly string[]): [string, string][] =>
  Array.from({ length: raw.length / 2 }, (_, n) => [raw[2 * n] ?? '', raw[2 * n + 1] ?? '']);

/** HTTP/1.1 requires exactly one Host (RFC 9112, section 3.2). */
const hasValidHost = ({ httpVersion, rawHeaders }: IncomingMessage): boolean => {
  const hosts = toHeaderPairs(rawHeaders).filter(([name]) => name.toLowerCase() === 'host');
  return hosts.length === 1 || (hosts.length === 0 && httpVersion !== '1.1');
};

/** Whether the body arrives as it is: no other coding than chunked is decoded here. */
const hasKnownFraming = ({ headers }: IncomingMessage): boolean =>
  /^chunked$/i.test(headers['transfer-encoding'] ?? 'chunked');

type Backend = Pick<Host, 'request' | 'callAws' | 'callS3'> & { readonly credential: Credential };

const respond = async (host: Backend, exchange: Exchange): Promise<void> => {
  const { request, response } = exchange;
  if (!hasValidHost(request) || !hasKnownFraming(request)) return refuseUnread(request, response, 'bad_request');
  if (!isForLoopback(request)) return refuseUnread(request, response, 'misdirected_request');
  if (isAwsCall(request)) return sendEarly(request, response, await answerAwsCall(exchange, host));

  const body = await receiveBody(exchange, MAX_BODY_BYTES);
  if (body === 'too_large') return refuseUnread(request, response, 'body_too_large');
  if (body === 'incomplete') return;
  const { method = 'GET', url = '/', rawHeaders, socket } = request;
  const { remoteAddress } = socket;
  const headers = toHeaderPairs(rawHeaders);
  const sourceIp = remoteAddress === undefined ? {} : { sourceIp: remoteAddress };
  sendResponse(response, await host.request({ method, target: url, headers, body, ...sourceIp }));
};

/**
 * Handles the requests of one connection one after the other, because Node parses all that a client has sent: thousands of pipelined
 * requests would occupy as many environments. Those of a client that has closed the connection are not handled any more, because their
 * bodies are incomplete.
 */
const handle = (host: Promise<Backend>) => {
  const handled = new WeakMap<Socket, Promise<void>>();
  return (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const respondInTurn = async () => {
      await handled.get(socket);
      await respond(await host, { request, response });
    };
    const responded = respondInTurn().catch((error: unknown) => {
      // clients' faults are answered above, so this is a defect of the host
      console.error(error);
      if (response.headersSent) return void response.destroy();
      sendResponse(response, toProblemResponse('internal'));
    });
    handled.set(socket, responded);
  };
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
export const listen = (port: number, limits: Partial<ServerLimits> = {}): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    const { headersTimeoutMs, requestTimeoutMs, checkIntervalMs } = { ...DEFAULT_LIMITS, ...limits };
    // the port is part of the host's origin, so the server listens first; an early request waits for the host
    const { promise: host, resolve: serve } = Promise.withResolvers<Host>();
    const credential = createCredential(createSystemRandom());
    const backend = host.then(({ request, callAws, callS3 }) => ({ request, callAws, callS3, credential }));
    const server = createServer({
      keepAliveTimeout: 60_000,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkIntervalMs,
      // Node would answer without a problem document
      requireHostHeader: false,
    });
    // their size is limited; Node would drop those beyond a number
    server.maxHeadersCount = 0;
    refuseWithProblems(server, handle(backend));
    server.once('error', reject);
    server.listen({ host: HOSTNAME, port, backlog: 4_096 }, () => resolve(toHttpServer(server, serve, credential)));
  });
