import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import httpRouter from '@middy/http-router';
import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Authenticate, Caller } from '#shared/authenticate';
import { wellFormed } from '#shared/correlation';
import type { RouteSpec } from '#shared/manifest';
import { problem } from '#shared/reply';
import { header, type Route } from '#shared/route';
import type { World } from '#shared/runtime';

export { problem, reply } from '#shared/reply';
export { type Route, route } from '#shared/route';

/** A Lambda function behind API Gateway, and the routes that it serves. */
export type HttpFunction = ((event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>) & {
  readonly routes: readonly RouteSpec[];
};

type Handle = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** Asks who calls before anything else of the request is looked at. */
const guarded =
  ({ logger }: World, authenticate: Authenticate, route: Route): Handle =>
  async (event) => {
    logger.appendKeys({ route: `${route.method} ${route.path}` });
    if (route.scope === 'public') return route.answer(event, undefined);
    const caller: Caller | undefined = await authenticate(header(event, 'authorization'));
    if (!caller) return problem('unauthenticated');
    if (caller.kind !== route.scope) return problem('forbidden');
    if (caller.kind === 'tenant') logger.appendKeys({ tenantId: caller.tenantId });
    return route.answer(event, caller);
  };

type SdkError = Parameters<typeof isServerError>[0];

/** What a client may put right by trying again is no fault of the code. */
const passing = (error: SdkError) => isThrottlingError(error) || isTransientError(error) || isServerError(error);

/**
 * One function that answers routes of one context. What it does, and all that follows from it, goes by the correlation id that the
 * client sent, else by the request's own, and the answer tells which. An error that nobody expected is logged once, here, and
 * never told.
 */
export const httpFunction = (rt: World, authenticate: Authenticate, routes: readonly Route[]): HttpFunction => {
  const router = httpRouter<APIGatewayProxyEvent, APIGatewayProxyResult>({
    routes: routes.map((route) => ({
      method: route.method,
      path: route.path,
      handler: guarded(rt, authenticate, route),
    })),
    notFoundResponse: () => problem('not_found'),
  });
  // No early time-out: it would set a real timer in hosts that keep a time of their own.
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(rt.logger, { resetKeys: true }))
    .onError((request) => {
      const error = request.error ?? new Error('an error without an error');
      rt.logger.error('the request failed', error);
      request.response = problem(passing(error as SdkError) ? 'unavailable' : 'internal');
    })
    .handler(async (event, context) => {
      const answer = await router(event, context);
      rt.logger.info('answered', { status: answer.statusCode });
      return answer;
    });
  const served = routes.map(({ method, path, scope }): RouteSpec => ({ method, path, scope }));
  const serve = async (event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> => {
    const asked = wellFormed(header(event, 'x-correlation-id'));
    const id = asked ?? event.requestContext.requestId ?? context.awsRequestId;
    const answer = await rt.correlation.within(id, () => handler(event, context));
    return { ...answer, headers: { ...answer.headers, 'x-correlation-id': id } };
  };
  return Object.assign(serve, { routes: served });
};
