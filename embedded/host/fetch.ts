import type { Fetch } from '#platform/runtime/runtime';
import type { Clock } from '../aws/service.ts';
import type { HttpRequest, HttpResponse } from './gateway.ts';

type HostFetchOptions = {
  readonly origin: string;
  readonly handleRequest: (request: HttpRequest) => Promise<HttpResponse>;
  readonly clock: Clock;
};

const toHeaderPairs = (headers: HttpResponse['headers']): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((headerValue): [string, string] => [name, headerValue]),
  );

/** Creates the `fetch` that functions use. It calls the host's own API in process and rejects every other origin. */
export const createHostFetch = ({ origin, handleRequest, clock }: HostFetchOptions): Fetch => {
  const callHost = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url);
    const request = new Request(url, init);
    const { status, headers, body } = await handleRequest({
      method: request.method,
      target: `${pathname}${search}`,
      headers: [...request.headers],
      body: new Uint8Array(await request.arrayBuffer()),
    });
    return new Response(body === '' ? null : body, { status, headers: toHeaderPairs(headers) });
  };
  return (url, { timeoutMs, ...init }) =>
    new Promise((resolve, reject) => {
      if (new URL(url).origin !== origin) throw new TypeError(`The embedded host does not support requests to ${url}.`);
      const cancelTimeout = clock.setTimer(timeoutMs, () =>
        reject(new DOMException(`The request to ${url} timed out after ${timeoutMs} ms.`, 'TimeoutError')),
      );
      callHost(url, init).then(resolve, reject).finally(cancelTimeout);
    });
};
