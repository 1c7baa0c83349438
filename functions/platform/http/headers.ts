import type { APIGatewayProxyEvent } from 'aws-lambda';

type HeadersOfEvent = Pick<APIGatewayProxyEvent, 'headers' | 'multiValueHeaders'>;

/** A header by its lower-case name; the last one where it is repeated. */
export const findHeader = ({ headers }: Pick<HeadersOfEvent, 'headers'>, name: string): string | undefined =>
  Object.entries(headers ?? {}).findLast(([key]) => key.toLowerCase() === name)?.[1];

/** The token of `Bearer <token>` (RFC 6750; the scheme is not case-sensitive). */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  authorization?.match(/^Bearer +([\w.~+/-]+=*)$/i)?.[1];

/** If a request had two values of one of these, a proxy and a function could each act on another one. */
const SINGLE_VALUED: ReadonlySet<string> = new Set(['authorization', 'content-type', 'idempotency-key']);

/** A header that may have one value only and has two different ones. */
export const findRepeatedHeader = ({ multiValueHeaders }: HeadersOfEvent): string | undefined => {
  const values = new Map<string, string>();
  for (const [key, all] of Object.entries<readonly string[] | undefined>(multiValueHeaders ?? {})) {
    const name = key.toLowerCase();
    if (!SINGLE_VALUED.has(name)) continue;
    for (const value of all ?? []) {
      if ((values.get(name) ?? value) !== value) return name;
      values.set(name, value);
    }
  }
  return undefined;
};
