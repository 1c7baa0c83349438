import type { APIGatewayProxyResult } from 'aws-lambda';
import {
  type PlatformProblemCode,
  type Problem,
  platformProblems,
  problemDocument,
  problemHeaders,
} from '#platform/http/problems';

type Headers = Readonly<Record<string, string>>;

/** A JSON response. It belongs to one tenant and to this moment, so no cache on the way may keep it. */
export const jsonResponse = (statusCode: number, body: unknown, headers: Headers = {}): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});

/** What a problem document may say beside its code, status and title. */
export type ProblemDetails = {
  /** Replaces the problem's own detail. */
  readonly detail?: string | undefined;
  /** Replace the problem's own headers. */
  readonly headers?: Headers;
  /** Extension members (RFC 9457), such as the invalid fields. */
  readonly members?: Readonly<Record<string, unknown>>;
};

/** A problem document (RFC 9457). */
export const problemResponse = (
  code: string,
  problem: Problem,
  { detail = problem.detail, headers = problem.headers ?? {}, members = {} }: ProblemDetails = {},
): APIGatewayProxyResult =>
  jsonResponse(
    problem.status,
    { ...problemDocument(code, { ...problem, detail }), ...members },
    problemHeaders({ ...problem, headers }),
  );

/** A problem that any route may answer with. */
export const platformProblem = (code: PlatformProblemCode, details?: ProblemDetails): APIGatewayProxyResult =>
  problemResponse(code, platformProblems[code], details);
