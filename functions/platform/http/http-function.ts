import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Authenticate } from '#platform/http/authenticate';
import { findHeader, findRepeatedHeader } from '#platform/http/headers';
import { routeMethodOf } from '#platform/http/methods';
import { platformProblem } from '#platform/http/response';
import {
  type RouteDefinition,
  type RouteGroup,
  type RouteHandler,
  type ServedRoute,
  serveRoute,
} from '#platform/http/route';
import type { TenantId } from '#platform/kernel';
import { parseCorrelationId } from '#platform/runtime/correlation';
import { type LambdaHandler, lambdaHandler } from '#platform/runtime/handler';
import type { BaseRuntime } from '#platform/runtime/runtime';

/** A Lambda function behind API Gateway. */
export type HttpFunction = LambdaHandler<APIGatewayProxyEvent, APIGatewayProxyResult>;

/** Refuses a repeated header and an unknown caller before it reads the path, the query or the body. */
const authorized =
  ({ logger }: BaseRuntime, authenticate: Authenticate, { definition, answer }: ServedRoute) =>
  async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const { method, path, scope } = definition;
    logger.appendKeys({ route: `${method} ${path}` });
    const repeated = findRepeatedHeader(event);
    if (repeated)
      return platformProblem('bad_request', { detail: `The header ${repeated} has two values. Send it once.` });
    if (scope === 'public') return answer(event, undefined);
    const caller = await authenticate(findHeader(event, 'authorization'));
    if (!caller) return platformProblem('unauthenticated');
    if (caller.kind !== scope) return platformProblem('forbidden');
    if (caller.kind === 'tenant') logger.appendKeys({ tenantId: caller.tenantId, keyId: caller.keyId });
    return answer(event, caller);
  };

type SdkError = Parameters<typeof isServerError>[0];

/** A client can resolve these by sending the request again. */
const isTransient = (error: SdkError) => isThrottlingError(error) || isTransientError(error) || isServerError(error);

const addressOf = (method: string, path: string) => `${routeMethodOf(method)} ${path}`;

/** A relative location is relative to the path without its trailing slash (ADR 13). */
const locate = ({ path }: APIGatewayProxyEvent, response: APIGatewayProxyResult): APIGatewayProxyResult => {
  const location = response.headers?.['location'];
  if (!path.endsWith('/') || location === undefined) return response;
  return { ...response, headers: { ...response.headers, location: `../${location}` } };
};

/**
 * Serves routes as one function. The gateway alone matches paths: it names the route in `resource`, also behind a custom domain with
 * a base path.
 */
const serve = (rt: BaseRuntime, authenticate: Authenticate, routes: readonly ServedRoute[]): HttpFunction => {
  const handlers = new Map(
    routes.map((route) => [
      addressOf(route.definition.method, route.definition.path),
      authorized(rt, authenticate, route),
    ]),
  );
  const handler = lambdaHandler<APIGatewayProxyEvent, APIGatewayProxyResult>(
    rt,
    async (event) => {
      const handle = handlers.get(addressOf(event.httpMethod, event.resource));
      const response = handle ? locate(event, await handle(event)) : platformProblem('not_found');
      rt.logger.info('answered', { status: response.statusCode });
      return response;
    },
    {
      onError: (error) => {
        rt.logger.error('the request failed', error);
        return platformProblem(isTransient(error as SdkError) ? 'unavailable' : 'internal');
      },
    },
  );
  return async (event, context) => {
    const id =
      parseCorrelationId(findHeader(event, 'x-correlation-id')) ??
      event.requestContext.requestId ??
      context.awsRequestId;
    const response = await rt.correlation.run(id, () => handler(event, context));
    return { ...response, headers: { ...response.headers, 'x-correlation-id': id } };
  };
};

type NamesTenant = { readonly tenantId?: TenantId | undefined };
type TenantCall = NamesTenant & { readonly params: NamesTenant; readonly body?: NamesTenant };

/** The tenant of the caller's key; of an operator's request, the one that its path or its body names. */
const tenantOf = ({ scope }: RouteDefinition, { tenantId, params, body }: TenantCall): TenantId | undefined =>
  scope === 'operator' ? (params.tenantId ?? body?.tenantId) : tenantId;

/** How to build the handler of each route of a group. */
export type RouteHandlers<R extends RouteGroup, RT> = { readonly [N in keyof R]: (rt: RT) => RouteHandler<R[N]> };

type HttpFunctionSpec<R extends RouteGroup, RT> = {
  readonly authenticate: Authenticate;
  readonly routes: R;
  readonly handlers: RouteHandlers<R, RT>;
};

/**
 * A function that serves one group of routes of a contract, each by the handler of its name. The work of a request, and all that follows
 * from it, runs under the correlation id that the client sent, otherwise under the request's own; the response says which. It is done for
 * the caller's tenant, or for the one that an operator's request names, and for no other (ADR 89). An unexpected error is logged once,
 * here, and never shown to the client.
 */
export const httpFunction = <R extends RouteGroup, RT extends BaseRuntime>(
  rt: RT,
  { authenticate, routes, handlers }: HttpFunctionSpec<R, RT>,
): HttpFunction =>
  serve(
    rt,
    authenticate,
    Object.entries<RouteDefinition>(routes).map(([name, definition]) => {
      const createHandler = handlers[name] as (rt: RT) => RouteHandler<RouteDefinition>;
      const handle = createHandler(rt);
      return serveRoute(definition, (call) => rt.tenants.run(tenantOf(definition, call), () => handle(call)));
    }),
  );
