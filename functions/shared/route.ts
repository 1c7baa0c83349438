import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type * as z from 'zod/mini';
import type { Caller } from '#shared/authenticate';
import { errorsOf, inWords, parseBody, rawBody } from '#shared/body';
import type { TenantId } from '#shared/kernel';
import type { RouteSpec, Scope } from '#shared/manifest';
import { problem } from '#shared/reply';

/** A request that has passed every check of its route. */
export type Call<S extends Scope = Scope, B = unknown, Q = unknown> = {
  /** From the key, never from what the client says. */
  readonly tenantId: S extends 'tenant' ? TenantId : undefined;
  readonly body: B;
  /** The body as it was sent, for those who check its signature. */
  readonly raw: () => string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  /** By its name in lower case. */
  readonly header: (name: string) => string | undefined;
};

export type Route = RouteSpec & {
  readonly answer: (event: APIGatewayProxyEvent, caller: Caller | undefined) => Promise<APIGatewayProxyResult>;
};

type Definition<S extends Scope, B, Q> = RouteSpec & {
  readonly scope: S;
  /** Without one, a body is not read. */
  readonly body?: z.ZodMiniType<B>;
  /** Without one, a query string is not read. */
  readonly query?: z.ZodMiniType<Q>;
  /** The form of path parameters that are neither an id nor a SKU. */
  readonly params?: Readonly<Record<string, RegExp>>;
};

/** Ids and SKUs. What has another form is the id of nothing. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;

export const header = (event: APIGatewayProxyEvent, name: string): string | undefined =>
  Object.entries(event.headers ?? {}).find(([given]) => given.toLowerCase() === name)?.[1];

/** One route: `act` sees only calls whose path parameters, body and query are as the definition says. */
export const route = <S extends Scope, B = undefined, Q = undefined>(
  definition: Definition<S, B, Q>,
  act: (call: Call<S, B, Q>) => Promise<APIGatewayProxyResult>,
): Route => {
  const { method, path, scope, params: forms = {} } = definition;
  const names = [...path.matchAll(/{(\w+)}/g)].map(([, name = '']) => name);

  const answer: Route['answer'] = async (event, caller) => {
    const params = Object.fromEntries(names.map((name) => [name, event.pathParameters?.[name] ?? '']));
    if (!names.every((name) => (forms[name] ?? ID).test(params[name] ?? ''))) return problem('not_found');

    const body = parseBody(event, definition.body);
    if (!body.ok) return body.error;

    const query = definition.query?.safeParse(event.queryStringParameters ?? {}, inWords);
    if (query && !query.success) return problem('invalid_query', undefined, { errors: errorsOf(query.error) });

    return act({
      tenantId: (caller?.kind === 'tenant' ? caller.tenantId : undefined) as Call<S>['tenantId'],
      body: body.value as B,
      raw: () => rawBody(event).toString('utf8'),
      params,
      query: query?.data as Q,
      header: (name) => header(event, name),
    });
  };
  return { method, path, scope, answer };
};
