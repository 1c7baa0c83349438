import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { bearerToken, findHeader } from '#platform/http/headers';
import { JSON_MEDIA_TYPE, mediaTypeOf } from '#platform/http/media-type';
import { methodsOf, routeMethodOf } from '#platform/http/methods';
import {
  type GatewayProblemCode,
  gatewayProblems,
  type PlatformProblemCode,
  platformProblems,
  problemDocument,
  problemHeaders,
} from '#platform/http/problems';
import type { RouteDefinition } from '#platform/http/route';
import type { FunctionId, StageName } from '#platform/manifest';
import { ACCOUNT_ID } from '../aws/arns.ts';
import type { InFlight } from '../aws/in-flight.ts';
import { FunctionError, isThrottled } from '../aws/lambda/function-error.ts';
import type { Clock } from '../aws/service.ts';
import type { Authorize, AuthorizerContext } from './authorizer.ts';
import { createRouter } from './router.ts';
import type { RequestThrottle } from './throttle.ts';

export type HttpRequest = {
  readonly method: string;
  /** Path and query string, as sent; or a whole URL (RFC 9112, section 3.2.2). */
  readonly target: string;
  /** As sent. A repeated header has one entry for each value. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Its bytes, or text that is sent in UTF-8. */
  readonly body: string | Uint8Array;
  readonly sourceIp?: string;
};
export type HttpResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
};

export type Endpoint = {
  readonly route: RouteDefinition;
  readonly function: FunctionId;
  /** The function that authorizes its callers; undefined if everybody may call it. */
  readonly authorizer?: FunctionId | undefined;
};

type GatewayOptions = {
  readonly endpoints: readonly Endpoint[];
  readonly invoke: (fn: FunctionId, event: APIGatewayProxyEvent) => Promise<unknown>;
  readonly stage: StageName;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly inFlight: InFlight;
  readonly authorize: Authorize;
  readonly throttle: RequestThrottle;
};

const problems = { ...platformProblems, ...gatewayProblems };
export type HostProblemCode = PlatformProblemCode | GatewayProblemCode;

export const toProblemResponse = (code: HostProblemCode): HttpResponse => ({
  status: problems[code].status,
  headers: { 'cache-control': 'no-store', ...problemHeaders(problems[code]) },
  body: JSON.stringify(problemDocument(code, problems[code])),
});

type ByName<T> = ReadonlyMap<string, T>;

/** A map, because clients choose the names. */
const groupByName = (pairs: Iterable<readonly [string, string]>): ByName<readonly string[]> =>
  new Map([...Map.groupBy(pairs, ([name]) => name)].map(([name, all]) => [name, all.map(([, value]) => value)]));

/** An object as JSON.parse makes it: every name is a property of its own, also `__proto__`. */
const toObject = <T, R>(all: ByName<T>, toValue: (value: T) => R): Record<string, R> =>
  Object.fromEntries([...all].map(([name, value]) => [name, toValue(value)]));

/** Returns the last value, as API Gateway does. */
const pickLast = (values: readonly string[]): string => values.at(-1) ?? '';

/** Encodes a body of the declared binary type as API Gateway does. Any other is decoded as text, with replacements. */
const toEventBody = ({ body, headers }: Pick<HttpRequest, 'body' | 'headers'>) => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  const [, contentType] = headers.findLast(([name]) => name.toLowerCase() === 'content-type') ?? [];
  if (bytes.length === 0) return { body: null, isBase64Encoded: false };
  const isBase64Encoded = mediaTypeOf(contentType) === JSON_MEDIA_TYPE;
  return { body: bytes.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
};

/** Splits a target into path and query. Of a whole URL its authority does not matter: this host is the only one. */
const splitTarget = (target: string): readonly [path: string, query: string] => {
  const [path = '', query = ''] = target.replace(/^https?:\/\/[^/?#]*/i, '').split(/\?(.*)/s);
  return [path === '' ? '/' : path, query];
};

const nullIfEmpty = <T extends object>(value: T): T | null => (Object.keys(value).length > 0 ? value : null);

const ANONYMOUS_IDENTITY = {
  ...{ accessKey: null, accountId: null, apiKey: null, apiKeyId: null, caller: null, clientCert: null },
  ...{ cognitoAuthenticationProvider: null, cognitoAuthenticationType: null, cognitoIdentityId: null },
  ...{ cognitoIdentityPoolId: null, principalOrgId: null, user: null, userAgent: null, userArn: null },
};

const isResult = (value: unknown): value is APIGatewayProxyResult =>
  typeof (value as Partial<APIGatewayProxyResult> | null)?.statusCode === 'number';

/** API Gateway renames this header of a function's response. Its own responses keep the name. */
const toClientHeader = (name: string) =>
  name.toLowerCase() === 'www-authenticate' ? 'x-amzn-remapped-www-authenticate' : name;

const toHttpResponse = ({ statusCode, headers, multiValueHeaders, body }: APIGatewayProxyResult): HttpResponse => ({
  status: statusCode,
  headers: Object.fromEntries([
    ...Object.entries(headers ?? {}).map(([name, value]) => [toClientHeader(name), String(value)]),
    ...Object.entries(multiValueHeaders ?? {}).map(([name, values]) => [toClientHeader(name), values.map(String)]),
  ]),
  body: body ?? '',
});

const toFailureResponse = (error: unknown): HttpResponse => {
  if (!(error instanceof FunctionError)) throw error;
  // for API Gateway a call that Lambda refuses is a failed integration
  if (isThrottled(error)) return toProblemResponse('unavailable');
  return toProblemResponse(error.errorType === 'Sandbox.Timedout' ? 'timeout' : 'bad_gateway');
};

/** Leaves the body out of the response to HEAD, but not its length. */
const withoutBody = ({ status, headers, body }: HttpResponse): HttpResponse => ({
  status,
  headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
  body: '',
});

type Match = { readonly endpoint: Endpoint; readonly params: Readonly<Record<string, string>> };

/** Creates an API Gateway with a proxy integration for each route, behind the authorizer of the route. */
export const createGateway = (options: GatewayOptions) => {
  const { endpoints, invoke, stage, clock, newId, inFlight, authorize, throttle } = options;
  const match = createRouter(Map.groupBy(endpoints, ({ route }) => route.path));

  const toProxyEvent = (request: HttpRequest, { endpoint, params }: Match) => {
    const { method, target, headers, sourceIp = '127.0.0.1' } = request;
    const [path, query] = splitTarget(target);
    const allHeaders = groupByName(headers);
    const allQuery = groupByName(new URLSearchParams(query));
    const { path: resource } = endpoint.route;
    return {
      resource,
      path,
      httpMethod: method,
      headers: toObject(allHeaders, pickLast),
      multiValueHeaders: toObject(allHeaders, (values) => [...values]),
      queryStringParameters: nullIfEmpty(toObject(allQuery, pickLast)),
      multiValueQueryStringParameters: nullIfEmpty(toObject(allQuery, (values) => [...values])),
      pathParameters: nullIfEmpty({ ...params }),
      stageVariables: null,
      requestContext: {
        accountId: ACCOUNT_ID,
        apiId: 'embedded',
        authorizer: null,
        protocol: 'HTTP/1.1',
        httpMethod: method,
        identity: { ...ANONYMOUS_IDENTITY, sourceIp },
        path,
        stage,
        requestId: newId(),
        requestTimeEpoch: clock.now(),
        resourceId: resource,
        resourcePath: resource,
      },
      ...toEventBody(request),
    } satisfies APIGatewayProxyEvent;
  };

  /**
   * Authorizes a request, and counts it: that of a stranger before the authorizer runs. Public routes have neither authorizer nor bound.
   */
  const allowRequest = async (request: HttpRequest, { authorizer }: Endpoint): Promise<Decision> => {
    if (!authorizer) return { allowed: undefined };
    const source = toTokenSource(request);
    const token = bearerToken(source.authorization);
    if (!throttle.allowToken(token)) return { refused: 'throttled' };
    const authorization = await authorize({ ...source, authorizer });
    if ('refused' in authorization) {
      if (authorization.refused === 'unauthenticated') throttle.refuseToken(token);
      return authorization;
    }
    return throttle.allowPrincipal(token, authorization.allowed.principalId) ? authorization : { refused: 'throttled' };
  };

  const answer = async (request: HttpRequest): Promise<HttpResponse> => {
    const [path] = splitTarget(request.target);
    const matched = match(path);
    if (!matched) return toProblemResponse('not_found');
    const { store: candidates, params } = matched;
    const endpoint = candidates.find(({ route }) => route.method === routeMethodOf(request.method));
    if (!endpoint) {
      const { headers, ...problem } = toProblemResponse('method_not_allowed');
      return { ...problem, headers: { ...headers, allow: methodsOf(candidates.map(({ route }) => route)).join(', ') } };
    }
    inFlight.begin();
    try {
      const decision = await allowRequest(request, endpoint);
      if ('refused' in decision) return toProblemResponse(decision.refused);
      // the body is decoded only now: a refused request costs little
      const event = toProxyEvent(request, { endpoint, params });
      const { allowed } = decision;
      const result = await invoke(endpoint.function, allowed ? withAuthorizer(event, allowed) : event);
      return isResult(result) ? toHttpResponse(result) : toProblemResponse('bad_gateway');
    } catch (error) {
      return toFailureResponse(error);
    } finally {
      inFlight.end();
    }
  };

  return async (request: HttpRequest): Promise<HttpResponse> => {
    const response = await answer(request);
    return request.method === 'HEAD' ? withoutBody(response) : response;
  };
};

type Decision =
  | { readonly allowed: AuthorizerContext | undefined }
  | { readonly refused: Extract<PlatformProblemCode, 'unauthenticated' | 'forbidden' | 'unavailable' | 'throttled'> };

const toTokenSource = ({ headers, method, target }: HttpRequest) => ({
  authorization: findHeader({ headers: toObject(groupByName(headers), pickLast) }, 'authorization'),
  method,
  path: splitTarget(target)[0],
});

const withAuthorizer = (event: APIGatewayProxyEvent, authorizer: AuthorizerContext): APIGatewayProxyEvent => ({
  ...event,
  requestContext: { ...event.requestContext, authorizer },
});
