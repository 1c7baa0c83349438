import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type * as z from 'zod/mini';
import type { Caller } from '#platform/http/authenticate';
import { bodyBytes, isBodyTooLarge, parseBody } from '#platform/http/body';
import { findHeader } from '#platform/http/headers';
import { digestOf, findIdempotencyKey, REPLAYED_HEADER } from '#platform/http/idempotency';
import { type PlatformProblemCode, type Problems, platformProblems } from '#platform/http/problems';
import { parseQuery } from '#platform/http/query';
import { jsonResponse, platformProblem, problemResponse } from '#platform/http/response';
import { problemOf, problemsWithin } from '#platform/http/schema-problems';
import type { Result, TenantId } from '#platform/kernel';

/**
 * Who may call a route. `public`: anyone. `tenant`: the bearer of a tenant's API key. `operator`: the bearer of the operator's
 * key. `provider`: the bearer of the payment provider's key.
 */
export type Scope = 'public' | 'tenant' | 'operator' | 'provider';

// biome-ignore lint/suspicious/noExplicitAny: a schema of any output is a schema; `unknown` would refuse those that transform
type Schema = z.ZodMiniType<any, any>;

/** A route with its input, its responses and its problems. It is stated once, in its context's `routes.ts`. */
export type RouteDefinition = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` for a path parameter. */
  readonly path: `/${string}`;
  readonly scope: Scope;
  /** One sentence for the reader of the API. */
  readonly summary: string;
  /**
   * The schema of each path parameter. A value that does not match is answered with its schema's problem, or else as one that names nothing:
   * `order_not_found` for `/orders/{id}` where the route has that problem, and else `not_found`.
   */
  readonly params?: Readonly<Record<string, Schema>>;
  /** Without one, a query string is not read. */
  readonly query?: Schema;
  /** Without one, a body is not read. */
  readonly body?: Schema;
  /**
   * The request needs an Idempotency-Key, and its handler must say whether the response is a replay (ADR 75). Every POST route that
   * creates something is idempotent; `test/contexts/idempotency.test.ts` lists those that need no key, with the reason.
   */
  readonly idempotent?: true;
  /** Builds the schema of each success response's body, by its status. No function needs it, so none builds it at its init. */
  readonly responses: Readonly<Record<number, () => Schema>>;
  /** The problems of this route, beside those that its parts imply (see `problemsOf`). */
  readonly problems?: Problems;
};

/** Routes by name, grouped by the function that serves them. */
export type RouteGroup = Readonly<Record<string, RouteDefinition>>;
export type Routes = Readonly<Record<string, RouteGroup>>;

const FOR_EVERY_ROUTE = ['bad_request', 'throttled', 'internal', 'bad_gateway', 'unavailable', 'timeout'] as const;

/** The problem of a resource that does not exist, by the segment before its parameter: `order_not_found` for `/orders/{id}`. */
const absenceOf = ({ path, problems = {} }: Pick<RouteDefinition, 'path' | 'problems'>, param: string) => {
  const segments = path.split('/');
  const collection = segments[segments.indexOf(`{${param}}`) - 1] ?? '';
  const code = `${collection.replace(/s$/, '')}_not_found`;
  return Object.hasOwn(problems, code) ? code : undefined;
};

const isPlatformProblem = (code: string): code is PlatformProblemCode => Object.hasOwn(platformProblems, code);

/** A value that cannot name a resource is one that does not exist. */
const paramProblem = (definition: RouteDefinition, param: string, schema: Schema): string =>
  problemOf(schema) ?? absenceOf(definition, param) ?? 'not_found';

/** Every problem that a route may answer with: its own, and those that its scope, its input and the gateway imply. */
export const problemsOf = (definition: RouteDefinition): Problems => {
  const { scope, params, query, body, idempotent, problems = {} } = definition;
  const implied: readonly PlatformProblemCode[] = [
    ...Object.entries(params ?? {}).flatMap(([name, schema]) => {
      const code = paramProblem(definition, name, schema);
      return isPlatformProblem(code) ? [code] : [];
    }),
    ...(body ? problemsWithin(body) : []),
    ...(query ? (['invalid_query'] as const) : []),
    ...(body ? (['malformed_json', 'unsupported_media_type', 'invalid_body', 'body_too_large'] as const) : []),
    ...(idempotent ? (['idempotency_key_required', 'key_reused'] as const) : []),
    ...(scope === 'public' ? [] : (['unauthenticated', 'forbidden'] as const)),
    ...FOR_EVERY_ROUTE,
  ];
  return { ...Object.fromEntries(implied.map((code) => [code, platformProblems[code]])), ...problems };
};

type Output<S> = S extends z.ZodMiniType<infer O> ? O : undefined;

/** A request that has passed every check of its route. */
export type Call<R extends RouteDefinition> = {
  /** From the key, never from the request's content. */
  readonly tenantId: R['scope'] extends 'tenant' ? TenantId : undefined;
  readonly params: R['params'] extends Readonly<Record<string, Schema>>
    ? { readonly [P in keyof R['params']]: Output<R['params'][P]> }
    : Readonly<Record<never, never>>;
  readonly query: Output<R['query']>;
  readonly body: Output<R['body']>;
  readonly idempotencyKey: R['idempotent'] extends true ? string : undefined;
  /** What tells a replay from another request under the same key. It is stored with what the request creates. */
  readonly requestDigest: R['idempotent'] extends true ? string : undefined;
  /** The bytes of the body as they were sent, to check their signature. */
  readonly rawBody: () => Uint8Array;
  /** Parses the body where that must wait, for example until its signature was verified. */
  readonly parseBody: <B>(schema: z.ZodMiniType<B>) => Result<B, APIGatewayProxyResult>;
  /** A header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
};

type ReplayMark<R extends RouteDefinition> = R['idempotent'] extends true
  ? {
      /** An earlier request with the same key had the effect. The response shows it in its current state. */
      readonly replayed: boolean;
    }
  : { readonly replayed?: never };

type ResponseBody<Build> = Build extends () => infer S ? (S extends Schema ? z.input<S> : never) : never;

/** What a handler returns: a success response of its route, or one of its problems by code. */
export type Answer<R extends RouteDefinition> =
  | {
      [S in keyof R['responses']]: {
        readonly status: S;
        readonly body: ResponseBody<R['responses'][S]>;
        readonly headers?: Readonly<Record<string, string>>;
      } & ReplayMark<R>;
    }[keyof R['responses']]
  | {
      readonly problem:
        | (typeof FOR_EVERY_ROUTE)[number]
        | (R['idempotent'] extends true ? 'key_reused' : never)
        | (R['problems'] extends Problems ? keyof R['problems'] & string : never);
      readonly detail?: string;
      readonly members?: Readonly<Record<string, unknown>>;
    }
  /** A problem that a parser has worded already. */
  | { readonly response: APIGatewayProxyResult };

export type RouteHandler<R extends RouteDefinition> = (call: Call<R>) => Promise<Answer<R>>;

/** A route with its handler, as a function serves it. */
export type ServedRoute = {
  readonly definition: RouteDefinition;
  readonly answer: (event: APIGatewayProxyEvent, caller: Caller | undefined) => Promise<APIGatewayProxyResult>;
};

/**
 * A path parameter, decoded. API Gateway hands it over as it was sent, other hosts decode it: a value that stands in the path has not been
 * decoded yet. What cannot be decoded stays as it is, and matches no form.
 */
const pathParameter = ({ path, pathParameters }: APIGatewayProxyEvent, name: string): string | undefined => {
  const value = pathParameters?.[name];
  try {
    return value !== undefined && path.includes(`/${value}`) ? decodeURIComponent(value) : value;
  } catch {
    return value;
  }
};

const toResponse = (definition: RouteDefinition, answer: Answer<RouteDefinition>): APIGatewayProxyResult => {
  if ('response' in answer) return answer.response;
  if ('status' in answer) {
    const { status, body, headers } = answer;
    const { replayed } = answer as { readonly replayed?: boolean };
    return jsonResponse(status, body, replayed ? { ...headers, ...REPLAYED_HEADER } : headers);
  }
  return toProblem(definition, answer);
};

type ProblemAnswer = {
  readonly problem: string;
  readonly detail?: string;
  readonly members?: Readonly<Record<string, unknown>>;
};

const toProblem = (definition: RouteDefinition, { problem: code, detail, members }: ProblemAnswer) => {
  const problem = definition.problems?.[code] ?? platformProblems[code as PlatformProblemCode];
  return problemResponse(code, problem, { detail, ...(members && { members }) });
};

/** Joins a route and its handler. The handler sees only requests that match the route's schemas. */
export const serveRoute = <R extends RouteDefinition>(definition: R, handle: RouteHandler<R>): ServedRoute => {
  const { params: paramSchemas = {}, query: querySchema, body: bodySchema, idempotent } = definition;

  const answer: ServedRoute['answer'] = async (event, caller) => {
    const params: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(paramSchemas)) {
      const parsed = schema.safeParse(pathParameter(event, name));
      if (!parsed.success) return toProblem(definition, { problem: paramProblem(definition, name, schema) });
      params[name] = parsed.data;
    }

    if (isBodyTooLarge(event)) return platformProblem('body_too_large');
    const body = bodySchema && parseBody(event, bodySchema);
    if (body && !body.ok) return body.error;

    const query = parseQuery(event, querySchema);
    if (!query.ok) return query.error;

    const idempotencyKey = idempotent && findIdempotencyKey(event);
    if (idempotent && !idempotencyKey) return platformProblem('idempotency_key_required');

    const call = {
      tenantId: caller?.kind === 'tenant' ? caller.tenantId : undefined,
      params,
      query: query.value,
      body: body?.value,
      idempotencyKey,
      requestDigest: idempotent && digestOf({ params, body: body?.value }),
      rawBody: () => bodyBytes(event),
      parseBody: <B>(schema: z.ZodMiniType<B>) => parseBody(event, schema),
      header: (name: string) => findHeader(event, name),
    } as unknown as Call<R>;
    return toResponse(definition, (await handle(call)) as Answer<RouteDefinition>);
  };
  return { definition, answer };
};
