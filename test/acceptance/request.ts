import { setTimeout as sleep } from 'node:timers/promises';
import { host } from './host.ts';
import { recordRetry } from './retries.ts';

declare const bodyType: unique symbol;

/** A response. `expectStatus` gives its body the type `T`: until the status is checked, the body may be a problem document. */
export type ApiResponse<T> = {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** How often the request was sent until this response. */
  readonly attempts: number;
  readonly [bodyType]?: T;
};

/** Expects one of these statuses. Resolves to the body, whose type is the test's assumption. */
export const expectStatus = async <T>(
  response: ApiResponse<T> | Promise<ApiResponse<T>>,
  ...statuses: readonly number[]
): Promise<T> => {
  const { method, url, status, body } = await response;
  if (statuses.includes(status)) return body as T;
  throw new Error(`${method} ${url} answered ${status} instead of ${statuses.join(' or ')}: ${JSON.stringify(body)}`);
};

export type RequestOptions = {
  readonly key?: string | undefined;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
};

const parseBody = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const sendOnce = async <T>(
  method: string,
  url: string,
  { key, body, idempotencyKey, headers }: RequestOptions,
): Promise<ApiResponse<T>> => {
  const allHeaders = {
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  };
  const response = await fetch(url, {
    method,
    headers: allHeaders,
    signal: AbortSignal.timeout(host.limits.answerMs),
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const { status, headers: responseHeaders } = response;
  return { method, url, status, headers: responseHeaders, body: parseBody(await response.text()), attempts: 1 };
};

const RETRYABLE = [429, 502, 503, 504];
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 5_000;

/**
 * Whether the problem tells the client to send the request again. Every function answers with a correlation id, so a 500 without one
 * is the gateway's: no function handled the request. A 500 of a function is a defect.
 */
const isRetryable = ({ status, headers }: ApiResponse<unknown>) =>
  RETRYABLE.includes(status) || (status === 500 && !headers.has('x-correlation-id'));

/**
 * Sends a request as a good client does: while the answer is a problem that a retry can resolve, it sends the same request again,
 * after the pause that `Retry-After` names or a growing one. `path` is relative to the host's base URL, or a URL.
 */
export const send = async <T>(method: string, path: string, options: RequestOptions): Promise<ApiResponse<T>> => {
  const url = path.startsWith('/') ? `${host.baseUrl}${path}` : path;
  let response = await sendOnce<T>(method, url, options);
  let pauseMs = FIRST_PAUSE_MS;
  for (let waitedMs = 0; isRetryable(response) && waitedMs < host.limits.orderMs; waitedMs += pauseMs) {
    recordRetry(response);
    pauseMs = Number(response.headers.get('retry-after')) * 1_000 || Math.min(2 * pauseMs, MAX_PAUSE_MS);
    await sleep(pauseMs);
    response = { ...(await sendOnce<T>(method, url, options)), attempts: response.attempts + 1 };
  }
  return response;
};
