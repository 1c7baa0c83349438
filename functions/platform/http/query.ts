import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type * as z from 'zod/mini';
import { describeIssues, fieldErrors } from '#platform/http/body';
import { platformProblem } from '#platform/http/response';
import { err, ok, type Result } from '#platform/kernel';

type QueryOfEvent = Pick<APIGatewayProxyEvent, 'queryStringParameters' | 'multiValueQueryStringParameters'>;

/** Parses the query string. Without a schema it is not read; with one, each parameter must be known and appear at most once. */
export const parseQuery = <Q>(
  { queryStringParameters, multiValueQueryStringParameters }: QueryOfEvent,
  schema: z.ZodMiniType<Q> | undefined,
): Result<Q | undefined, APIGatewayProxyResult> => {
  if (!schema) return ok(undefined);
  const invalid = (errors: ReturnType<typeof fieldErrors>) =>
    err(platformProblem('invalid_query', { members: { errors } }));
  const repeated = Object.entries<readonly string[] | undefined>(multiValueQueryStringParameters ?? {}).filter(
    ([, values]) => (values?.length ?? 0) > 1,
  );
  const issues = repeated.map(([name]) => ({ path: [name], message: 'The parameter is repeated.' }));
  if (issues.length > 0) return invalid(fieldErrors({ issues }));
  const parsed = schema.safeParse(queryStringParameters ?? {}, describeIssues);
  return parsed.success ? ok(parsed.data) : invalid(fieldErrors(parsed.error));
};
