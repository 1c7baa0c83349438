/**
 * A problem document's content (RFC 9457). Its key in a definition is its code: stable, so clients may branch on it. The title
 * says what happened and the detail what to do, for people.
 */
export type Problem = { readonly status: number; readonly title: string; readonly detail: string };
export type Problems = Readonly<Record<string, Problem>>;

/** The problems that any route, or the gateway in front of it, may answer with. Contexts define their own in `errors.ts`. */
export const platformProblems = {
  bad_request: {
    status: 400,
    title: 'The request is invalid.',
    detail: 'Check the path, the headers and the body.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not JSON.',
    detail: 'Send a JSON object with content-type application/json.',
  },
  idempotency_key_required: {
    status: 400,
    title: 'The Idempotency-Key header is missing or too long.',
    detail: 'Send an Idempotency-Key header of 1 to 255 characters, and send the same key with each retry.',
  },
  invalid_query: {
    status: 400,
    title: 'The query string is invalid.',
    detail: 'Send a `limit` from 1 to 100, and the `next` value of the previous page as `cursor`.',
  },
  unauthenticated: {
    status: 401,
    title: 'The key is missing or unknown.',
    detail: 'Send a key as a bearer token: `Authorization: Bearer <key>`.',
  },
  forbidden: {
    status: 403,
    title: 'This key does not give access to this route.',
    detail: "Use the key that the route requires: a tenant's key or the operator's key.",
  },
  not_found: {
    status: 404,
    title: 'No route matches this method and path.',
    detail: 'Check the method and the path.',
  },
  key_reused: {
    status: 409,
    title: 'This Idempotency-Key was already used with a different body.',
    detail: 'Retry with the same body, or send the new request with a new key.',
  },
  conflict: {
    status: 409,
    title: 'Another request changed the same resource at the same time.',
    detail: 'Send the request again.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large.',
    detail: 'Send at most 256 KB.',
  },
  invalid_body: {
    status: 422,
    title: 'The body is invalid.',
    detail: 'Correct the fields that `errors` lists.',
  },
  invalid_sku: {
    status: 422,
    title: 'Invalid SKU.',
    detail: 'Use 1 to 64 of A-Z a-z 0-9 - _ . ~ : +, not dots alone.',
  },
  throttled: {
    status: 429,
    title: 'There are too many requests.',
    detail: 'Wait a moment and send the request again with the same Idempotency-Key.',
  },
  internal: {
    status: 500,
    title: 'An internal error occurred.',
    detail: 'Send the request again with the same Idempotency-Key. If it keeps failing, report the x-correlation-id.',
  },
  bad_gateway: {
    status: 502,
    title: 'A part of the service returned an invalid response.',
    detail: 'Send the request again with the same Idempotency-Key.',
  },
  unavailable: {
    status: 503,
    title: 'The service is temporarily unavailable.',
    detail: 'Wait a moment and send the request again with the same Idempotency-Key.',
  },
  timeout: {
    status: 504,
    title: 'The service did not respond in time.',
    detail: 'Send the request again with the same Idempotency-Key: the first attempt may have succeeded.',
  },
} as const satisfies Problems;
export type PlatformProblemCode = keyof typeof platformProblems;

export const PROBLEM_TYPE = 'application/problem+json';

export const problemDocument = (code: string, { status, title, detail }: Problem) => ({
  type: `/problems/${code}`,
  title,
  status,
  detail,
  code,
});

const extraHeaders: Readonly<Partial<Record<string, Readonly<Record<string, string>>>>> = {
  unauthenticated: { 'www-authenticate': 'Bearer' },
  throttled: { 'retry-after': '1' },
  unavailable: { 'retry-after': '1' },
};

export const problemHeaders = (code: string): Readonly<Record<string, string>> => ({
  'content-type': PROBLEM_TYPE,
  ...extraHeaders[code],
});
