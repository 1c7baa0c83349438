import { connect, type Socket } from 'node:net';

export type RawResponse = {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const HANG_MS = 10_000;

const parseHead = (head: string): Omit<RawResponse, 'body'> => {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})( |$)/.exec(statusLine)?.[1]);
  if (!status) throw new Error(`not a status line: ${statusLine}`);
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.replace(/^[^:]*: ?/, '')]);
  return { status, headers: Object.fromEntries(headers) };
};

/** The first final response in these bytes; undefined while it is incomplete. */
const parseResponse = (text: string, isHead: boolean, ended: boolean): RawResponse | undefined => {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = parseHead(text.slice(0, end));
  const rest = text.slice(end + 4);
  if (head.status < 200) return parseResponse(rest, isHead, ended);
  const length = head.headers['content-length'];
  if (isHead) return { ...head, body: '' };
  if (length === undefined) return ended ? { ...head, body: rest } : undefined;
  return rest.length >= Number(length) ? { ...head, body: rest.slice(0, Number(length)) } : undefined;
};

export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

export const openSocket = (origin: string): Socket => {
  const { hostname, port } = new URL(origin);
  // the server may end the connection while the client still writes
  return connect(Number(port), hostname).on('error', () => {});
};

/** Writes the bytes to the server and returns its first final response. Rejects if the connection ends or hangs without one. */
export const sendRaw = (origin: string, chunks: readonly (Buffer | string)[]): Promise<RawResponse> =>
  new Promise((resolve, reject) => {
    const isHead = String(chunks[0]).startsWith('HEAD ');
    let received = '';
    let ended = false;
    const socket = openSocket(origin);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      act();
    };
    const timer = setTimeout(
      () => settle(() => reject(new Error(`no response within ${HANG_MS} ms: ${received}`))),
      HANG_MS,
    );
    const read = () => {
      const response = parseResponse(received, isHead, ended);
      if (response) settle(() => resolve(response));
      else if (ended) settle(() => reject(new Error(`the connection ended without a response: ${received}`)));
    };
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      read();
    });
    socket.on('close', () => {
      ended = true;
      read();
    });
    for (const chunk of chunks) socket.write(typeof chunk === 'string' ? bytesOf(chunk) : chunk);
  });

/** Writes the bytes to the server and resolves to all that it sends until it ends the connection. */
export const readToEnd = async (origin: string, chunks: readonly (Buffer | string)[]): Promise<string> => {
  const socket = openSocket(origin);
  for (const chunk of chunks) socket.write(typeof chunk === 'string' ? bytesOf(chunk) : chunk);
  let received = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) received += chunk.toString('latin1');
  return received;
};
