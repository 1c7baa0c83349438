/**
 * Every problem that an API of Breakwater answers with (RFC 9457). The code is stable, and clients may branch on it; the title
 * says what happened and the detail what to do, for people. Plain data, so that gateways answer with the same documents.
 */
export const problems = {
  bad_request: {
    status: 400,
    title: 'The request is not as it should be.',
    detail: 'Check the path, the headers and the body.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not JSON.',
    detail: 'Send a JSON object with content-type application/json.',
  },
  idempotency_key_required: {
    status: 400,
    title: 'The Idempotency-Key is missing or too long.',
    detail: 'Send a header Idempotency-Key of 1 to 255 characters, and the same one again with each retry.',
  },
  invalid_query: {
    status: 400,
    title: 'The query string is not as it should be.',
    detail: 'Send `limit` from 1 to 100, and as `cursor` the `next` of the page before.',
  },
  unauthenticated: {
    status: 401,
    title: 'The key is missing or unknown.',
    detail: 'Send a key as a bearer token: `Authorization: Bearer <key>`.',
  },
  invalid_signature: {
    status: 401,
    title: 'The signature is missing, wrong or too old.',
    detail: 'Sign `<t>.<body>` with the callback key, with a time of at most 5 minutes ago, and send `t=<t>,v1=<hex>`.',
  },
  forbidden: {
    status: 403,
    title: 'This key may not do that.',
    detail: "Use the key of those whom the route is for: a tenant's, or the operator's.",
  },
  not_found: {
    status: 404,
    title: 'There is nothing at this address.',
    detail: 'Check the method and the path.',
  },
  order_not_found: {
    status: 404,
    title: 'There is no such order.',
    detail: 'Check the id; it is in the answer to the order and in its Location.',
  },
  product_not_found: {
    status: 404,
    title: 'There is no such product.',
    detail: 'Check the SKU, or put the product into the catalogue first.',
  },
  sku_not_found: {
    status: 404,
    title: 'Nothing is known of the stock of this SKU.',
    detail: 'Check the SKU, or receive stock of it by an adjustment first.',
  },
  charge_not_found: {
    status: 404,
    title: 'There is no charge under this key.',
    detail: 'Check the key: it is `<tenantId>.<orderId>`.',
  },
  not_refundable: {
    status: 409,
    title: 'Less than that is left to refund.',
    detail: 'Read the charge to see what was captured and refunded.',
  },
  refund_refused: {
    status: 409,
    title: 'The refund is refused.',
    detail: 'Have what keeps it from being made put right, then ask for it again.',
  },
  key_reused: {
    status: 409,
    title: 'This Idempotency-Key was used with another body.',
    detail: 'Retry with the same body, or send what is new with a new key.',
  },
  order_confirmed: {
    status: 409,
    title: 'The order is confirmed, so it can no longer be cancelled.',
    detail: 'Read the order to see how it stands.',
  },
  not_awaiting_payment: {
    status: 409,
    title: 'The order does not wait for a payment.',
    detail: 'Read the order to see how it stands; what was paid in vain is to be given back.',
  },
  wrong_amount: {
    status: 422,
    title: 'The payment is not the whole total in its currency.',
    detail: 'Record a payment of exactly what the instructions of the order say.',
  },
  not_parked: {
    status: 409,
    title: 'The order does not need attention.',
    detail: 'Read the order to see how it stands: only one that needs attention can be resumed.',
  },
  insufficient_stock: {
    status: 409,
    title: 'There is less stock than the adjustment would take.',
    detail: 'Read what is available and adjust by less.',
  },
  shards_lowered: {
    status: 409,
    title: 'The stock lies in more shards than that, and their number is never lowered.',
    detail: 'Read the stock to see in how many shards it lies, and ask for at least as many.',
  },
  conflict: {
    status: 409,
    title: 'Others changed the same thing at the same time.',
    detail: 'Try again.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large.',
    detail: 'Send at most 256 KB.',
  },
  invalid_body: {
    status: 422,
    title: 'The body is not as it should be.',
    detail: 'Correct the fields that `errors` names.',
  },
  unknown_sku: {
    status: 422,
    title: 'A line names a product that does not exist.',
    detail: 'Order products of the catalogue only.',
  },
  duplicate_sku: {
    status: 422,
    title: 'Two lines name the same product.',
    detail: 'Send one line per product, with the sum of the quantities.',
  },
  mixed_currencies: {
    status: 422,
    title: 'The products are priced in different currencies.',
    detail: 'Place one order per currency.',
  },
  total_too_large: {
    status: 422,
    title: 'The total is above the limit of an order.',
    detail: 'Split the order.',
  },
  throttled: {
    status: 429,
    title: 'There are too many requests.',
    detail: 'Wait a moment and try again, with the same Idempotency-Key.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side.',
    detail: 'Try again, with the same Idempotency-Key; tell us the time if it goes on.',
  },
  bad_gateway: {
    status: 502,
    title: 'A part of the service gave no usable answer.',
    detail: 'Try again, with the same Idempotency-Key.',
  },
  unavailable: {
    status: 503,
    title: 'The service cannot answer at the moment.',
    detail: 'Wait a moment and try again, with the same Idempotency-Key.',
  },
  timeout: {
    status: 504,
    title: 'The service did not answer in time.',
    detail: 'Try again, with the same Idempotency-Key: it may have done what was asked.',
  },
} as const satisfies Readonly<Record<string, { status: number; title: string; detail: string }>>;

export type ProblemCode = keyof typeof problems;

export const PROBLEM_TYPE = 'application/problem+json';

export const problemDocument = (code: ProblemCode, detail: string = problems[code].detail) => {
  const { status, title } = problems[code];
  return { type: `/problems/${code}`, title, status, detail, code };
};

const headersOf: Partial<Record<ProblemCode, Readonly<Record<string, string>>>> = {
  unauthenticated: { 'www-authenticate': 'Bearer' },
  throttled: { 'retry-after': '1' },
  unavailable: { 'retry-after': '1' },
};

export const problemHeaders = (code: ProblemCode): Readonly<Record<string, string>> => ({
  'content-type': PROBLEM_TYPE,
  ...headersOf[code],
});
