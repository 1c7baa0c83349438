import { createHash } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { findHeader } from '#platform/http/headers';

/** An Idempotency-Key: 1 to 255 printable ASCII characters, which every host passes on unchanged. */
export const IDEMPOTENCY_KEY_FORM = /^[\x20-\x7e]{1,255}$/;

/** Says that an earlier request with the same key and body had the effect that the response shows. */
export const REPLAYED_HEADER = { 'idempotent-replayed': 'true' } as const;

/** Only the first blank of a run is tried for the end, so that the time is linear in the value's length. */
const OUTER_BLANKS = /^[ \t]+|(?<![ \t])[ \t]+$/g;

/**
 * The request's Idempotency-Key; undefined where it is missing or invalid. Blanks around a header's value are not part of it
 * (RFC 9110).
 */
export const findIdempotencyKey = (event: Pick<APIGatewayProxyEvent, 'headers'>): string | undefined => {
  const key = findHeader(event, 'idempotency-key')?.replace(OUTER_BLANKS, '') ?? '';
  return IDEMPOTENCY_KEY_FORM.test(key) ? key : undefined;
};

/** Sorts the names of an object, so that equal values have equal JSON. */
const sortNames = (_: string, value: unknown): unknown =>
  value instanceof Object && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * Identifies a request under its key: the parameters of its path, and its body as the schema has parsed it. White space, the order of
 * fields, escapes and the notation of numbers make no difference.
 */
export const digestOf = (request: { readonly params: unknown; readonly body: unknown }): string =>
  createHash('sha256').update(JSON.stringify(request, sortNames)).digest('base64url');

/**
 * Derives an id from an idempotency key and the scope in which the key counts, such as a tenant. The same key gives the same id, so the
 * id is the idempotency record (ADR 4).
 */
export const idFrom = (scope: string, key: string): string =>
  createHash('sha256').update(`${scope}\0${key}`).digest('hex').slice(0, 26);
