import type { IncomingMessage, ServerResponse } from 'node:http';

export type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };

/** What became of a body: all of it arrived, it is too large, or the client disconnected before its end. */
type ReadBody = Buffer | 'too_large' | 'incomplete';

/** Whether the request announces a larger body. Then there is no need to wait for it. */
const announcesMoreThan = ({ headers }: IncomingMessage, maxBytes: number): boolean =>
  Number(headers['content-length'] ?? 0) > maxBytes;

const readBody = (request: IncomingMessage, maxBytes: number): Promise<ReadBody> =>
  new Promise((resolve) => {
    // its events are over
    if (request.destroyed) return resolve('incomplete');
    if (announcesMoreThan(request, maxBytes)) return resolve('too_large');
    const chunks: Buffer[] = [];
    let size = 0;
    const keep = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxBytes) settle('too_large');
    };
    const settle = (body: ReadBody) => {
      request.off('data', keep).pause();
      resolve(body);
    };
    request
      .on('data', keep)
      .once('end', () => settle(Buffer.concat(chunks)))
      .once('error', () => settle('incomplete'))
      .once('close', () => settle('incomplete'));
  });

/** Reads the body, but no more of it than `maxBytes`. A client that waits for permission to send a body gets it, if the body may fit. */
export const receiveBody = ({ request, response }: Exchange, maxBytes: number): Promise<ReadBody> => {
  const isExpected = /^100-continue$/i.test(request.headers.expect ?? '');
  if (isExpected && !announcesMoreThan(request, maxBytes)) response.writeContinue();
  return readBody(request, maxBytes);
};
