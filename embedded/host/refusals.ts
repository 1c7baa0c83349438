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
const endConnection = (socket: Socket, response: HttpResponse, isHead = false): void => {
  if (!socket.writable) return void socket.destroy();
  socket.end(toText(response, isHead));
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket
    .on('error', () => {})
    .once('end', () => socket.destroy())
    .once('close', () => clearTimeout(timer))
    .resume();
};

const refuseConnection = (socket: Socket, code: HostProblemCode, isHead = false): void =>
  endConnection(socket, toProblemResponse(code), isHead);

/**
 * Sends the response. If a part of the request has not arrived yet, nobody reads it, so the connection is closed: otherwise Node would
 * answer once more when that part is late or malformed.
 */
export const sendEarly = (request: IncomingMessage, response: ServerResponse, content: HttpResponse): void => {
  if (!request.complete) {
    request.on('error', () => {}).resume();
    if (response.socket) return void endConnection(response.socket, content, request.method === 'HEAD');
    // the response to an earlier request of this connection comes first
    response.setHeader('connection', 'close');
  }
  sendResponse(response, content);
};

/** Answers a request whose remainder nobody reads, and closes its connection. */
export const refuseUnread = (request: IncomingMessage, response: ServerResponse, code: HostProblemCode): void =>
  sendEarly(request, response, toProblemResponse(code));

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
  const refuse = (socket: Socket, code: HostProblemCode, isHead: boolean) => {
    const response = responses.get(socket);
    if (response && !response.req.complete)
      return response.headersSent ? void socket.destroy() : refuseConnection(socket, code, isHead);
    if (!response || response.writableFinished) return refuseConnection(socket, code, isHead);
    response.once('finish', () => refuseConnection(socket, code, isHead));
  };
  server
    .on('request', accept)
    .on('checkContinue', accept)
    .on('checkExpectation', (request, response) => refuseUnread(request, response, 'expectation_failed'))
    .on('connect', (_, socket) => refuseConnection(socket as Socket, 'not_found'))
    .on('clientError', (error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }, duplex) => {
      const socket = duplex as Socket;
      if (error.code === 'ECONNRESET') return void socket.destroy();
      // the parser reports each further piece of what it has refused
      if (refused.has(socket)) return;
      refused.add(socket);
      const isHead = error.rawPacket?.subarray(0, 5).toString('latin1') === 'HEAD ';
      refuse(socket, CODES[error.code ?? ''] ?? 'bad_request', isHead);
    });
};
