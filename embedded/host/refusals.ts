import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type HostProblemCode, type HttpResponse, toProblemResponse } from './gateway.ts';

/** A client that still sends its request gets this long to read the response before its connection is reset. */
const LINGER_MS = 2_000;

export const sendResponse = (response: ServerResponse, { status, headers, body }: HttpResponse): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  response.end(body);
};

const toText = ({ status, headers, body }: HttpResponse, isHead: boolean): string => {
  const added = { 'content-length': Buffer.byteLength(body), date: new Date().toUTCString(), connection: 'close' };
  const lines = Object.entries({ ...headers, ...added }).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${isHead ? '' : body}`;
};

/**
 * Answers on the connection itself and then closes it. What still arrives is dropped: Node would reset the connection at once, and
 * a client that is still sending would not read the response.
 */
const refuseConnection = (socket: Socket, code: HostProblemCode, isHead = false): void => {
  if (!socket.writable) return void socket.destroy();
  socket.end(toText(toProblemResponse(code), isHead));
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket
    .on('error', () => {})
    .once('end', () => socket.destroy())
    .once('close', () => clearTimeout(timer))
    .resume();
};

/** Answers a request whose remainder nobody reads, and closes its connection. */
export const refuseUnread = (request: IncomingMessage, response: ServerResponse, code: HostProblemCode): void => {
  request.on('error', () => {}).resume();
  if (response.socket) refuseConnection(response.socket, code, request.method === 'HEAD');
  else {
    // the response to an earlier request of this connection comes first
    response.setHeader('connection', 'close');
    sendResponse(response, toProblemResponse(code));
  }
};

const CODES: Readonly<Record<string, HostProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body_too_large',
};

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Answers with problem documents what Node's server refuses by itself. `respond` handles the requests that Node accepts. Node handles
 * a request with `Upgrade` like any other, because nothing here listens to that event.
 */
export const refuseWithProblems = (server: Server, respond: Respond): void => {
  const responses = new WeakMap<Socket, ServerResponse>();
  const refused = new WeakSet<Socket>();
  const accept: Respond = (request, response) => {
    responses.set(request.socket, response);
    respond(request, response);
  };
  const refuse = (socket: Socket, code: HostProblemCode) => {
    const response = responses.get(socket);
    if (!response || response.writableFinished || !(response.req.complete || response.headersSent))
      return refuseConnection(socket, code);
    if (!response.req.complete) return void socket.destroy();
    response.once('finish', () => refuseConnection(socket, code));
  };
  server
    .on('request', accept)
    .on('checkContinue', accept)
    .on('checkExpectation', (request, response) => refuseUnread(request, response, 'expectation_failed'))
    .on('connect', (_, socket) => refuseConnection(socket as Socket, 'not_found'))
    .on('clientError', (error: NodeJS.ErrnoException, duplex) => {
      const socket = duplex as Socket;
      if (error.code === 'ECONNRESET') return void socket.destroy();
      // the parser reports each further piece of what it has refused
      if (refused.has(socket)) return;
      refused.add(socket);
      refuse(socket, CODES[error.code ?? ''] ?? 'bad_request');
    });
};
