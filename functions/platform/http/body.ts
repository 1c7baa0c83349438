import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { en } from 'zod/locales';
import type * as z from 'zod/mini';
import { platformProblem } from '#platform/http/response';
import { problemOfParts } from '#platform/http/schema-problems';
import { err, ok, type Result } from '#platform/kernel';

const MAX_BODY_BYTES = 256 * 1024;

/** A response lists at most this many errors of at most this length, so that its size does not follow the request's. */
const MAX_ERRORS = 10;
const MAX_ERROR_LENGTH = 200;

/** How a schema words its issues for clients. A zod/mini schema has no language by default. */
export const describeIssues = { error: en().localeError };

const jsonPointer = (path: readonly PropertyKey[]) =>
  `#${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;

/** The `errors` member of a problem document (RFC 9457): what is wrong, and a JSON pointer to where. */
export const fieldErrors = ({ issues }: z.core.$ZodError) =>
  issues
    .slice(0, MAX_ERRORS)
    .map(({ path, message }) => ({ detail: message.slice(0, MAX_ERROR_LENGTH), pointer: jsonPointer(path) }));

type RawBody = Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'>;

export const bodyBytes = ({ body, isBase64Encoded }: RawBody): Buffer =>
  Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');

/** Parses JSON text by a schema, or returns the problem response that says what is wrong. */
export const parseJson = <B>(text: string, schema: z.ZodMiniType<B>): Result<B, APIGatewayProxyResult> => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err(platformProblem('malformed_json'));
  }
  const parsed = schema.safeParse(json, { ...describeIssues, reportInput: true });
  if (parsed.success) return ok(parsed.data);
  const errors = fieldErrors(parsed.error);
  const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ');
  return err(platformProblem(problemOfParts(schema, parsed.error) ?? 'invalid_body', { detail, members: { errors } }));
};

/** Parses the request's body. Without a schema the body is not read, except for its size. */
export const parseBody = <B>(
  rawBody: RawBody,
  schema: z.ZodMiniType<B> | undefined,
): Result<B | undefined, APIGatewayProxyResult> => {
  const bytes = bodyBytes(rawBody);
  if (bytes.length > MAX_BODY_BYTES) return err(platformProblem('body_too_large'));
  return schema ? parseJson(bytes.toString('utf8'), schema) : ok(undefined);
};
