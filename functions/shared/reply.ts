import type { APIGatewayProxyResult } from 'aws-lambda';
import { type ProblemCode, problemDocument, problemHeaders, problems } from '#shared/problems';

type Headers = Readonly<Record<string, string>>;

/** No answer is to be kept by anyone on the way: each is one tenant's, as things stand now. */
export const reply = (statusCode: number, body: unknown, headers: Headers = {}): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});

/** RFC 9457. `members` are what this problem tells beside what all do. */
export const problem = (
  code: ProblemCode,
  detail?: string,
  members: Readonly<Record<string, unknown>> = {},
): APIGatewayProxyResult =>
  reply(problems[code].status, { ...problemDocument(code, detail), ...members }, problemHeaders(code));
