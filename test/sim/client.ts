import type { Host } from '../../embedded/host/host.ts';
import type { Chance } from './chance.ts';

const MAX_TRIES = 8;
const TIMEOUT_MS = 29_000;
const MAX_BACKOFF_MS = 8_000;
/** A client with a 429 repeats its request for this long: longer than a tenant of many orders may have to wait. */
const PATIENCE_MS = 25 * 60_000;

/** The steps at which the request of an answer was sent and the answer received. */
export type RequestSteps = { readonly sentAt: number; readonly receivedAt: number };
export type ClientResponse<T> = RequestSteps & {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: T;
  /** Every try was answered with 500: no fault of the network, for something refuses the request. */
  readonly alwaysFailed: boolean;
};
export type ClientRequest = {
  readonly bearer?: string;
  readonly body?: unknown;
  readonly headers?: [string, string][];
};
export type SendRequest = <T>(method: string, target: string, request?: ClientRequest) => Promise<ClientResponse<T>>;

type Options = {
  readonly request: Host['request'];
  readonly chance: Chance;
  readonly sleep: (ms: number) => Promise<void>;
  readonly step: () => number;
  /** Whether the API takes requests. By default it always does. The provider is not behind it. */
  readonly isApiOpen?: () => boolean;
};

/** A time-out as a client sees it: the request may or may not have had an effect. */
const TIMED_OUT = { status: 599, headers: {}, body: '{}' };
/** A request that the throttle of a closed API turns away: nothing has happened, and it may be repeated. */
const TURNED_AWAY = { status: 503, headers: {}, body: '{}' };

/** How long a client waits that gets 429: as long as the response says, or a second. */
const throttledMs = ({ headers }: Awaited<ReturnType<Host['request']>>): number => {
  const seconds = Number(headers['retry-after'] ?? 1);
  return Number.isFinite(seconds) ? Math.max(1, seconds) * 1_000 : 1_000;
};

const isToBeRepeated = (status: number, patienceMs: number) => status >= 500 || (status === 429 && patienceMs > 0);

/**
 * A client on the internet: its requests have a latency, and it retries time-outs and answers of 5xx, and patiently those of 429.
 * Returns the last answer.
 */
export const createClient =
  ({ request, chance, sleep, step, isApiOpen = () => true }: Options): SendRequest =>
  async <T>(
    method: string,
    target: string,
    { bearer, body, headers = [] }: ClientRequest = {},
  ): Promise<ClientResponse<T>> => {
    const sent = {
      method,
      target,
      headers: [...headers, ...(bearer === undefined ? [] : [['authorization', `Bearer ${bearer}`] as const])],
      body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    };
    let sentAt = step();
    let response = TIMED_OUT as Awaited<ReturnType<Host['request']>>;
    let patienceMs = PATIENCE_MS;
    let internalErrors = 0;
    for (let tries = 0; isToBeRepeated(response.status, patienceMs) && tries < MAX_TRIES; ) {
      if (response.status === 429) {
        const waitMs = throttledMs(response) + chance.int(0, 1_000);
        patienceMs -= waitMs;
        await sleep(waitMs);
      } else {
        if (tries > 0) await sleep(chance.int(100, Math.min(MAX_BACKOFF_MS, 500 * 2 ** tries)));
        tries += 1;
      }
      await sleep(chance.int(1, 20));
      sentAt = step();
      response =
        isApiOpen() || !target.startsWith('/v1/')
          ? await Promise.race([request(sent), sleep(TIMEOUT_MS).then(() => TIMED_OUT)])
          : TURNED_AWAY;
      if (response.status === 500) internalErrors += 1;
    }
    const { status, headers: responseHeaders, body: text } = response;
    return {
      ...{ status, headers: responseHeaders, body: JSON.parse(text || '{}') as T },
      ...{ sentAt, receivedAt: step(), alwaysFailed: internalErrors === MAX_TRIES },
    };
  };
