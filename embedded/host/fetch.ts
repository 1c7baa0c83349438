import type { Fetch } from '#platform/runtime/runtime';
import type { Clock } from '../aws/service.ts';
import type { HttpAnswer, HttpRequest } from './gateway.ts';

type Options = {
  readonly origin: string;
  readonly handleRequest: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly clock: Clock;
};

const toHeaderPairs = (headers: HttpAnswer['headers']): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) => [value].flat().map((item): [string, string] => [name, item]));

/** The `fetch` of a function. It reaches only the host's own API, and that without a socket. */
export const createHostFetch = ({ origin, handleRequest, clock }: Options): Fetch => {
  const callHost = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url);
    const request = new Request(url, init);
    const { status, headers, body } = await handleRequest({
      method: request.method,
      target: `${pathname}${search}`,
      headers: [...request.headers],
      body: await request.text(),
    });
    return new Response(body === '' ? null : body, { status, headers: toHeaderPairs(headers) });
  };
  return (url, { timeoutMs, ...init }) =>
    new Promise((resolve, reject) => {
      if (new URL(url).origin !== origin)
        throw new TypeError(`not supported by the embedded host: a request to ${url}`);
      const cancelTimeout = clock.after(timeoutMs, () =>
        reject(new DOMException('The call timed out.', 'TimeoutError')),
      );
      callHost(url, init).then(resolve, reject).finally(cancelTimeout);
    });
};
