import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import router from 'find-my-way';
import { type PlatformProblemCode, platformProblems, problemDocument, problemHeaders } from '#platform/http/problems';
import type { RouteDefinition } from '#platform/http/route';
import type { FunctionId, StageName } from '#platform/manifest';
import { ACCOUNT_ID } from '../aws/arns.ts';
import type { InFlight } from '../aws/in-flight.ts';
import { FunctionError } from '../aws/lambda/function-error.ts';
import type { Clock } from '../aws/service.ts';
import type { Authorize, AuthorizerContext } from './authorizer.ts';

export type HttpRequest = {
  readonly method: string;
  /** Path and query string, as sent. */
  readonly target: string;
  /** As sent. A repeated header has one entry for each value. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
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
};

export const toProblemResponse = (code: PlatformProblemCode): HttpResponse => ({
  status: platformProblems[code].status,
  headers: problemHeaders(code),
  body: JSON.stringify(problemDocument(code, platformProblems[code])),
});

const groupByName = (pairs: Iterable<readonly [string, string]>): Record<string, string[]> => {
  const all: Record<string, string[]> = {};
  for (const [name, value] of pairs) all[name] = [...(all[name] ?? []), value];
  return all;
};

/** Returns the last value of each name, as API Gateway does. */
const pickLastValues = (all: Record<string, string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.at(-1) ?? '']));

const nullIfEmpty = <T extends object>(value: T): T | null => (Object.keys(value).length > 0 ? value : null);

const ANONYMOUS_IDENTITY = {
  ...{ accessKey: null, accountId: null, apiKey: null, apiKeyId: null, caller: null, clientCert: null },
  ...{ cognitoAuthenticationProvider: null, cognitoAuthenticationType: null, cognitoIdentityId: null },
  ...{ cognitoIdentityPoolId: null, principalOrgId: null, user: null, userAgent: null, userArn: null },
};

const isResult = (value: unknown): value is APIGatewayProxyResult =>
  typeof (value as Partial<APIGatewayProxyResult> | null)?.statusCode === 'number';

const toHttpResponse = ({ statusCode, headers, multiValueHeaders, body }: APIGatewayProxyResult): HttpResponse => ({
  status: statusCode,
  headers: {
    ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])),
    ...Object.fromEntries(Object.entries(multiValueHeaders ?? {}).map(([name, values]) => [name, values.map(String)])),
  },
  body: body ?? '',
});

const toFailureResponse = (error: unknown): HttpResponse => {
  if (!(error instanceof FunctionError)) throw error;
  return toProblemResponse(error.errorType === 'Sandbox.Timedout' ? 'timeout' : 'bad_gateway');
};

/** Creates an API Gateway with a proxy integration for each route, behind the authorizer of the route. */
export const createGateway = ({ endpoints, invoke, stage, clock, newId, inFlight, authorize }: GatewayOptions) => {
  const routes = router({ maxParamLength: 10_000 });
  for (const endpoint of endpoints) {
    const path = endpoint.route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    routes.on(endpoint.route.method, path, () => {}, endpoint);
  }

  const toProxyEvent = ({ method, target, headers, body, sourceIp = '127.0.0.1' }: HttpRequest, match: Match) => {
    const [path = '/', query = ''] = target.split(/\?(.*)/s);
    const allHeaders = groupByName(headers);
    const allQuery = groupByName(new URLSearchParams(query));
    const now = clock.now();
    return {
      resource: match.path,
      path,
      httpMethod: method,
      headers: pickLastValues(allHeaders),
      multiValueHeaders: allHeaders,
      queryStringParameters: nullIfEmpty(pickLastValues(allQuery)),
      multiValueQueryStringParameters: nullIfEmpty(allQuery),
      pathParameters: nullIfEmpty(match.params),
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
        requestTimeEpoch: now,
        resourceId: match.path,
        resourcePath: match.path,
      },
      body: body === '' ? null : body,
      isBase64Encoded: false,
    } satisfies APIGatewayProxyEvent;
  };

  return async (request: HttpRequest): Promise<HttpResponse> => {
    const found = routes.find(request.method as RouteDefinition['method'], request.target);
    if (!found) return toProblemResponse('not_found');
    const { route, function: fn, authorizer } = found.store as Endpoint;
    const event = toProxyEvent(request, { path: route.path, params: found.params as Record<string, string> });
    inFlight.begin();
    try {
      const authorization = authorizer && (await authorize({ ...toTokenSource(event), authorizer }));
      if (authorization && 'refused' in authorization) return toProblemResponse(authorization.refused);
      const result = await invoke(fn, authorization ? withAuthorizer(event, authorization.allowed) : event);
      return isResult(result) ? toHttpResponse(result) : toProblemResponse('bad_gateway');
    } catch (error) {
      return toFailureResponse(error);
    } finally {
      inFlight.end();
    }
  };
};

const toTokenSource = ({ headers, httpMethod: method, path }: APIGatewayProxyEvent) => ({
  authorization: Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1],
  method,
  path,
});

const withAuthorizer = (event: APIGatewayProxyEvent, authorizer: AuthorizerContext): APIGatewayProxyEvent => ({
  ...event,
  requestContext: { ...event.requestContext, authorizer },
});

type Match = { readonly path: string; readonly params: Record<string, string> };
