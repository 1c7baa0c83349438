import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { en } from 'zod/locales';
import type * as z from 'zod/mini';
import { err, ok, type Result } from '#shared/kernel';
import { problem } from '#shared/reply';

const LARGEST_BODY = 256 * 1024;

/** So many errors, cut to such a length, are told: the answer must not grow with what was sent. */
const MOST_ERRORS = 10;
const LONGEST_ERROR = 200;

/** How a schema says to a client what is wrong: by itself it knows no language. */
export const inWords = { error: en().localeError };

const pointer = (path: readonly PropertyKey[]) =>
  `#${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;

/** As in RFC 9457: what is wrong, and a JSON pointer to where. */
export const errorsOf = ({ issues }: z.core.$ZodError) =>
  issues
    .slice(0, MOST_ERRORS)
    .map(({ path, message }) => ({ detail: message.slice(0, LONGEST_ERROR), pointer: pointer(path) }));

type Sent = Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'>;

export const rawBody = ({ body, isBase64Encoded }: Sent): Buffer =>
  Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');

export const parseText = <B>(text: string, schema: z.ZodMiniType<B>): Result<B, APIGatewayProxyResult> => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err(problem('malformed_json'));
  }
  const parsed = schema.safeParse(json, inWords);
  if (parsed.success) return ok(parsed.data);
  const errors = errorsOf(parsed.error);
  const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ');
  return err(problem('invalid_body', detail, { errors }));
};

export const parseBody = <B>(
  sent: Sent,
  schema: z.ZodMiniType<B> | undefined,
): Result<B | undefined, APIGatewayProxyResult> => {
  const bytes = rawBody(sent);
  if (bytes.length > LARGEST_BODY) return err(problem('body_too_large'));
  return schema ? parseText(bytes.toString('utf8'), schema) : ok(undefined);
};
