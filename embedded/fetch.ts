import type { Fetch } from '#shared/runtime';
import type { HttpAnswer, HttpRequest } from './gateway.ts';
import type { Clock } from './service.ts';

type Options = {
  readonly origin: string;
  readonly answer: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly clock: Clock;
};

const headersOf = (headers: HttpAnswer['headers']): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]));

/** A function's way to the network: the host's own API, without a socket, and nothing else. */
export const ownFetch = ({ origin, answer, clock }: Options): Fetch => {
  const ask = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url);
    const request = new Request(url, init);
    const { status, headers, body } = await answer({
      method: request.method,
      target: `${pathname}${search}`,
      headers: [...request.headers],
      body: await request.text(),
    });
    return new Response(body === '' ? null : body, { status, headers: headersOf(headers) });
  };
  return (url, { timeoutMs, ...init }) =>
    new Promise((resolve, reject) => {
      if (new URL(url).origin !== origin) throw new TypeError(`not supported by the embedded host: a call to ${url}`);
      const takeBack = clock.after(timeoutMs, () => reject(new DOMException('The call timed out.', 'TimeoutError')));
      ask(url, init).then(resolve, reject).finally(takeBack);
    });
};
