/**
 * A problem document's content (RFC 9457). Its key in a definition is its code: stable, so clients may branch on it. The title
 * says what happened and the detail what to do, for people.
 */
export type Problem = {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Headers of the response. A 401 needs `www-authenticate` (RFC 9110). */
  readonly headers?: Readonly<Record<string, string>>;
};
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
    title: 'The body is not JSON in UTF-8.',
    detail: 'Send a JSON object in UTF-8 with content-type application/json.',
  },
  idempotency_key_required: {
    status: 400,
    title: 'The Idempotency-Key header is missing or invalid.',
    detail: 'Send a header of 1 to 255 printable ASCII characters, and the same one with each retry.',
  },
  invalid_query: {
    status: 400,
    title: 'The query string is invalid.',
    detail:
      'Send a `limit` from 1 to 100, and the `next` value of the previous page of this list as `cursor`, each at most once.',
  },
  unauthenticated: {
    status: 401,
    title: 'The key is missing or unknown.',
    detail: 'Send a key as a bearer token: `Authorization: Bearer <key>`.',
    headers: { 'www-authenticate': 'Bearer realm="breakwater"' },
  },
  forbidden: {
    status: 403,
    title: 'This request is not allowed.',
    detail:
      "Use the key that the route requires: a tenant's key or the operator's key. If it is the right one, a firewall may have refused the request: report its time and path.",
  },
  not_found: {
    status: 404,
    title: 'Nothing is at this path.',
    detail: 'Check the path and the ids in it.',
  },
  key_reused: {
    status: 409,
    title: 'This Idempotency-Key was used for another request.',
    detail: 'Repeat the same path and body, or send the new request with a new key.',
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
  unsupported_media_type: {
    status: 415,
    title: 'The content type or encoding of the body is not supported.',
    detail: 'Send JSON in UTF-8 with content-type application/json and without a content-encoding.',
    headers: { accept: 'application/json' },
  },
  invalid_body: {
    status: 422,
    title: 'The body is invalid.',
    detail: 'Correct the fields that `errors` lists.',
  },
  invalid_sku: {
    status: 422,
    title: 'The SKU is invalid.',
    detail: 'Use 1 to 64 letters (A-Z, a-z), digits and - _ . ~ : +, and not dots alone.',
  },
  throttled: {
    status: 429,
    title: 'There are too many requests.',
    detail: 'Wait a moment and send the request again with the same Idempotency-Key.',
    headers: { 'retry-after': '1' },
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
    headers: { 'retry-after': '1' },
  },
  timeout: {
    status: 504,
    title: 'The service did not respond in time.',
    detail: 'Send the request again with the same Idempotency-Key: the first attempt may have succeeded.',
  },
} as const satisfies Problems;
/** The problems of requests that reach no function, only a gateway or a server. They are in no bundle. */
export const gatewayProblems = {
  method_not_allowed: {
    status: 405,
    title: 'This path does not have this method.',
    detail: 'Use one of the methods that the Allow header lists.',
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time.',
    detail: 'Send the headers within 10 seconds and the whole request within 25 seconds.',
  },
  expectation_failed: {
    status: 417,
    title: 'The Expect header has an unknown value.',
    detail: 'Send `Expect: 100-continue` or no Expect header.',
  },
  misdirected_request: {
    status: 421,
    title: 'The request names another host.',
    detail: 'Send it to 127.0.0.1, localhost or [::1]: npm start serves only this machine.',
  },
  headers_too_large: {
    status: 431,
    title: 'The request line and the headers are too large.',
    detail: 'Send at most 16 KB of them.',
  },
} as const satisfies Problems;

export type PlatformProblemCode = keyof typeof platformProblems;
export type GatewayProblemCode = keyof typeof gatewayProblems;

export const PROBLEM_TYPE = 'application/problem+json';

export const problemDocument = (code: string, { status, title, detail }: Problem) => ({
  type: `/problems/${code}`,
  title,
  status,
  detail,
  code,
});

export const problemHeaders = ({ headers }: Problem): Readonly<Record<string, string>> => ({
  'content-type': PROBLEM_TYPE,
  ...headers,
});
