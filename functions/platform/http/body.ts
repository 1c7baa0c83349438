import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { en } from 'zod/locales';
import type * as z from 'zod/mini';
import { findHeader } from '#platform/http/headers';
import { readJson } from '#platform/http/json';
import { isJsonInUtf8, isNotEncoded } from '#platform/http/media-type';
import type { PlatformProblemCode } from '#platform/http/problems';
import { platformProblem } from '#platform/http/response';
import { problemOfParts } from '#platform/http/schema-problems';
import { err, ok, type Result } from '#platform/kernel';

const MAX_BODY_BYTES = 256 * 1024;

/** A response lists at most this many errors of at most this length, so that its size does not follow the request's. */
const MAX_ERRORS = 10;
const MAX_ERROR_LENGTH = 200;

/** How a schema words its issues for clients. A zod/mini schema has no language by default. */
export const describeIssues = { error: en().localeError };

/** Points at the part, or at the nearest part around it whose pointer is not too long. */
const jsonPointer = (path: readonly PropertyKey[]) => {
  let pointer = '#';
  for (const part of path) {
    const longer = `${pointer}/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (longer.length > MAX_ERROR_LENGTH) break;
    pointer = longer;
  }
  return pointer;
};

type Issues = { readonly issues: readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[] };

/** The `errors` member of a problem document (RFC 9457): what is wrong, and a JSON pointer to where. */
export const fieldErrors = ({ issues }: Issues) =>
  issues
    .slice(0, MAX_ERRORS)
    .map(({ path, message }) => ({ detail: message.slice(0, MAX_ERROR_LENGTH), pointer: jsonPointer(path) }));

const invalidBody = (issues: Issues, code: PlatformProblemCode = 'invalid_body'): APIGatewayProxyResult => {
  const errors = fieldErrors(issues);
  const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ');
  return platformProblem(code, { detail, members: { errors } });
};

type RequestBody = Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded' | 'headers'>;

export const bodyBytes = ({ body, isBase64Encoded }: Omit<RequestBody, 'headers'>): Buffer =>
  Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');

/** Parses the request's body by the schema, or returns the problem response that says what is wrong (ADR 72). */
export const parseBody = <B>(request: RequestBody, schema: z.ZodMiniType<B>): Result<B, APIGatewayProxyResult> => {
  if (!isJsonInUtf8(findHeader(request, 'content-type'))) return err(platformProblem('unsupported_media_type'));
  // a 415 because of the encoding, and no other, has Accept-Encoding (RFC 9110, section 12.5.3)
  if (!isNotEncoded(findHeader(request, 'content-encoding')))
    return err(platformProblem('unsupported_media_type', { headers: { 'accept-encoding': 'identity' } }));

  const json = readJson(bodyBytes(request));
  if (json.ok) {
    const parsed = schema.safeParse(json.value, { ...describeIssues, reportInput: true });
    return parsed.success ? ok(parsed.data) : err(invalidBody(parsed.error, problemOfParts(schema, parsed.error)));
  }
  if (json.error === 'not_json') return err(platformProblem('malformed_json'));
  if (json.error === 'not_utf8') return err(platformProblem('malformed_json', { detail: 'Send the body in UTF-8.' }));
  const { message, path } = json.error;
  const issues = [{ message, path: [...path], input: null }];
  return err(invalidBody({ issues }, problemOfParts(schema, { issues })));
};

export const isBodyTooLarge = (request: RequestBody): boolean => bodyBytes(request).length > MAX_BODY_BYTES;
