import type { IncomingMessage } from 'node:http';

/** What became of a body: all of it arrived, it is too large, or the client disconnected before its end. */
export type ReadBody = Buffer | 'too_large' | 'incomplete';

/** Whether the request announces a larger body. Then there is no need to wait for it. */
export const announcesMoreThan = ({ headers }: IncomingMessage, maxBytes: number): boolean =>
  Number(headers['content-length'] ?? 0) > maxBytes;

/** Reads the body, but no more of it than `maxBytes`. */
export const readBody = (request: IncomingMessage, maxBytes: number): Promise<ReadBody> =>
  new Promise((resolve) => {
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
