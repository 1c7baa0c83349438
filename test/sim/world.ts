import type { Host } from '../../embedded/host/host.ts';
import type { Chance } from './chance.ts';

export const secrets = {
  'operator-key': 'the-operator',
  'provider-key': 'the-merchant',
  'provider-callback-key': 'the-signer',
};

const TRIES = 8;
const PATIENCE_MS = 29_000;
const LONGEST_PAUSE_MS = 8_000;

/** `from` and `to` are the steps at which the answered question was put, and its answer arrived. */
export type Answer<T> = { readonly status: number; readonly body: T; readonly from: number; readonly to: number };
export type Asking = { readonly bearer?: string; readonly body?: unknown; readonly headers?: [string, string][] };
export type Ask = <T>(method: string, target: string, asking?: Asking) => Promise<Answer<T>>;

type Options = {
  readonly request: Host['request'];
  readonly chance: Chance;
  readonly sleep: (ms: number) => Promise<void>;
  readonly step: () => number;
};

/** No answer in time, as a client sees it: anything may have happened. */
const NO_ANSWER = { status: 599, headers: {}, body: '{}' };

/**
 * A client on the internet: its requests take their time, and what got no answer or a 5xx it asks again, in the same words. The
 * last answer is what it has to live with.
 */
export const makeAsk =
  ({ request, chance, sleep, step }: Options): Ask =>
  async <T>(method: string, target: string, { bearer, body, headers = [] }: Asking = {}): Promise<Answer<T>> => {
    const sent = {
      method,
      target,
      headers: [...headers, ...(bearer === undefined ? [] : [['authorization', `Bearer ${bearer}`] as const])],
      body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    };
    let from = step();
    let answer = NO_ANSWER as Awaited<ReturnType<Host['request']>>;
    for (let tried = 0; tried < TRIES && answer.status >= 500; tried += 1) {
      if (tried > 0) await sleep(chance.int(100, Math.min(LONGEST_PAUSE_MS, 500 * 2 ** tried)));
      await sleep(chance.int(1, 20));
      from = step();
      answer = await Promise.race([request(sent), sleep(PATIENCE_MS).then(() => NO_ANSWER)]);
    }
    return { status: answer.status, body: JSON.parse(answer.body || '{}') as T, from, to: step() };
  };
