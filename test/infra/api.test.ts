import { isDeepStrictEqual } from 'node:util';
import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import {
  gatewayProblems,
  type PlatformProblemCode,
  platformProblems,
  problemDocument,
  problemHeaders,
} from '#platform/http/problems';
import { type FunctionSpec, GATEWAY_KEYS, gatewayKeyName, gatewayKeyValue, names } from '#platform/manifest';
import { authorizerOf, routesOf } from '../../lib/deployment.ts';
import { allStages, getOnly, type Json, pathOf, type Resource, settingsOf, synthesise } from './synthesis.ts';

/** The routes of these contexts, and a HEAD for each GET. */
const methodsOn = (...manifests: typeof contexts) =>
  routesOf(...manifests).flatMap((route) => [route, ...(route.method === 'GET' ? [{ ...route, method: 'HEAD' }] : [])]);
const pathsOf = (...manifests: typeof contexts) => [...new Set(routesOf(...manifests).map(({ path }) => path))];

/** As API Gateway stores the destination of an access log: without the `:*` that the attribute `Arn` of a log group ends with. */
const arnOfLogGroup = (id: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':logs:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      ':log-group:',
      { Ref: id },
    ],
  ],
});

/** The problem with which the gateway answers each of its own errors. */
const GATEWAY_PROBLEMS: Readonly<Record<string, PlatformProblemCode>> = {
  ...{ DEFAULT_4XX: 'bad_request', BAD_REQUEST_PARAMETERS: 'bad_request', BAD_REQUEST_BODY: 'malformed_json' },
  ...{ UNAUTHORIZED: 'unauthenticated', EXPIRED_TOKEN: 'unauthenticated', INVALID_SIGNATURE: 'unauthenticated' },
  ...{ ACCESS_DENIED: 'forbidden', WAF_FILTERED: 'forbidden' },
  ...{ MISSING_AUTHENTICATION_TOKEN: 'not_found', RESOURCE_NOT_FOUND: 'not_found' },
  ...{ REQUEST_TOO_LARGE: 'body_too_large', UNSUPPORTED_MEDIA_TYPE: 'unsupported_media_type' },
  ...{ THROTTLED: 'throttled', QUOTA_EXCEEDED: 'throttled' },
  ...{ DEFAULT_5XX: 'internal', API_CONFIGURATION_ERROR: 'internal', INTEGRATION_TIMEOUT: 'timeout' },
  // nothing was carried out, so a client that waits gets through: the authorizer did not answer, the function or the key is not there yet
  ...{ AUTHORIZER_FAILURE: 'unavailable', AUTHORIZER_CONFIGURATION_ERROR: 'unavailable' },
  ...{ INTEGRATION_FAILURE: 'unavailable', INVALID_API_KEY: 'unavailable' },
};

const productContexts = contexts.filter(({ standalone }) => !standalone);

describe.each(allStages())('%s', (stage, { ofType }) => {
  const named = names(stage);
  const isIn = (name: string) => (resource: Resource) => resource.stack === `${named.prefix}-${name}`;
  const methodsOf = (name: string) => {
    const resources = ofType('AWS::ApiGateway::Resource').filter(isIn(name));
    return ofType('AWS::ApiGateway::Method')
      .filter(isIn(name))
      .map(({ Properties }) => ({
        ...Properties,
        route: `${Properties.HttpMethod} ${pathOf(resources, Properties.ResourceId)}`,
      }));
  };
  const apis = stage === 'localstack' || stage === 'dev' ? ['api', 'sandbox'] : ['api'];

  const contextsOf = (name: string) =>
    name === 'api' ? productContexts : contexts.filter(({ context }) => context === name);

  test.each(apis)('%s has exactly the routes of its contexts, each with an integration of its function', (name) => {
    const routes = methodsOn(...contextsOf(name));
    const methods = methodsOf(name);
    expect(
      methods
        .map(({ route }) => route)
        .filter((route) => !route.startsWith('ANY '))
        .sort(),
    ).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    for (const { method, path, function: fn } of routes) {
      const { Integration } = getOnly(
        methods.filter(({ route }) => route === `${method} ${path}`),
        path,
      );
      expect(Integration).toMatchObject({ Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' });
      expect(JSON.stringify(Integration.Uri)).toContain(`function:${named.fn(fn)}/invocations`);
      const invokers = ofType('AWS::Lambda::Permission').filter(
        ({ stack, Properties }) =>
          stack === `${named.prefix}-${name}` &&
          JSON.stringify(Properties.FunctionName).endsWith(`:${named.fn(fn)}"]]}`),
      );
      const routeInvokers = invokers.filter(({ Properties }) =>
        JSON.stringify(Properties.SourceArn).includes(`/${method}${path.replace(/{\w+}/g, '*')}"`),
      );
      expect(routeInvokers, `${method} ${path}`).toHaveLength(1);
    }
  });

  test.each(apis)('%s hands JSON over as bytes, and no other type', (name) => {
    const api = getOnly(ofType('AWS::ApiGateway::RestApi').filter(isIn(name)), 'API');
    expect(api.Properties.BinaryMediaTypes).toEqual(['application/json']);
    // the gateway would not hand over a compressed body as it was sent
    expect(api.Properties.MinimumCompressionSize).toBeUndefined();
  });

  test.each(apis)('%s answers another method on a known path itself, with the methods that it has', (name) => {
    const others = methodsOf(name).filter(({ HttpMethod }) => HttpMethod === 'ANY');
    expect(others.map(({ route }) => route).sort()).toEqual(
      pathsOf(...contextsOf(name))
        .map((path) => `ANY ${path}`)
        .sort(),
    );
    for (const { route, AuthorizationType, Integration, MethodResponses } of others) {
      const allowed = methodsOn(...contextsOf(name))
        .filter(({ path }) => route === `ANY ${path}`)
        .map(({ method }) => method);
      const order = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'];
      const allow = order.filter((method) => allowed.includes(method)).join(', ');
      expect(AuthorizationType, route).toBe('NONE');
      // a template is text, so the gateway must not read the body as bytes; a type without a template is a 415
      expect(Integration, route).toMatchObject({
        Type: 'MOCK',
        ContentHandling: 'CONVERT_TO_TEXT',
        PassthroughBehavior: 'NEVER',
      });
      for (const template of Object.values(Integration.RequestTemplates))
        expect(JSON.parse(template as string)).toEqual({ statusCode: 405 });
      expect(Object.keys(Integration.RequestTemplates)).toEqual(
        expect.arrayContaining(['application/json', 'text/plain', 'application/x-www-form-urlencoded']),
      );
      const headers = {
        Allow: `'${allow}'`,
        'Content-Type': "'application/problem+json'",
        'Cache-Control': "'no-store'",
      };
      const response = getOnly<Json>(Integration.IntegrationResponses, route);
      expect(response).toMatchObject({ StatusCode: '405', ContentHandling: 'CONVERT_TO_TEXT' });
      expect(JSON.parse(response.ResponseTemplates['application/json'])).toEqual(
        problemDocument('method_not_allowed', gatewayProblems.method_not_allowed),
      );
      expect(response.ResponseParameters).toEqual(
        Object.fromEntries(Object.entries(headers).map(([key, value]) => [`method.response.header.${key}`, value])),
      );
      expect(MethodResponses).toEqual([
        {
          StatusCode: '405',
          ResponseParameters: Object.fromEntries(
            Object.keys(headers).map((key) => [`method.response.header.${key}`, true]),
          ),
        },
      ]);
    }
  });

  test('every route that is not public is behind the authorizer', () => {
    const authorizer = getOnly(ofType('AWS::ApiGateway::Authorizer'), 'authorizer');
    expect(authorizer.Properties).toMatchObject({
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 5,
    });
    expect(JSON.stringify(authorizer.Properties.AuthorizerUri)).toContain(
      `:${named.fn(authorizerOf(...contexts))}/invocations"`,
    );
    for (const { method, path, scope } of methodsOn(...productContexts)) {
      const routeMethod = getOnly(
        methodsOf('api').filter(({ route }) => route === `${method} ${path}`),
        path,
      );
      if (scope === 'public') expect(routeMethod).toMatchObject({ AuthorizationType: 'NONE' });
      else expect(routeMethod).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: authorizer.id } });
    }
  });

  test('on AWS, bounds the requests of each gateway key, which only the authorizer names', () => {
    const plans = ofType('AWS::ApiGateway::UsagePlan');
    const routes = methodsOf('api').filter(({ route }) => !route.startsWith('ANY '));
    const withKey = routes.filter(({ ApiKeyRequired }) => ApiKeyRequired).map(({ route }) => route);
    const api = getOnly(ofType('AWS::ApiGateway::RestApi').filter(isIn('api')), 'API');
    if (stage === 'localstack') return expect([plans, withKey]).toEqual([[], []]);
    expect(api.Properties.ApiKeySourceType).toBe('AUTHORIZER');
    const isGuarded = ({ scope }: { readonly scope: string }) => scope !== 'public';
    const guarded = methodsOn(...productContexts).filter(isGuarded);
    expect(withKey.sort()).toEqual(guarded.map(({ method, path }) => `${method} ${path}`).sort());

    const plan = getOnly(plans, 'usage plan');
    const apiStage = getOnly(ofType('AWS::ApiGateway::Stage').filter(isIn('api')), 'stage');
    expect(plan.Properties.ApiStages).toEqual([{ ApiId: { Ref: api.id }, Stage: { Ref: apiStage.id } }]);
    const { RateLimit, BurstLimit } = plan.Properties.Throttle;
    expect([RateLimit, BurstLimit]).toEqual({ dev: [25, 50], staging: [100, 200], prod: [500, 1_000] }[stage]);

    const keys = ofType('AWS::ApiGateway::ApiKey');
    const indexes = Array.from({ length: GATEWAY_KEYS + 1 }, (_, n) => n);
    const values = indexes.map((n) => gatewayKeyValue(stage, n));
    expect(keys.map(({ Properties }) => Properties.Value)).toEqual(values);
    expect(new Set(values).size).toBe(GATEWAY_KEYS + 1);
    for (const [n, { Properties }] of keys.entries()) {
      expect(Properties).toMatchObject({ Enabled: true, Name: gatewayKeyName(stage, n) });
      expect(Properties.Value).toMatch(/^[a-z0-9]{20,128}$/);
    }
    // API Gateway refuses two changes of a plan's keys at once
    const planKeys = ofType('AWS::ApiGateway::UsagePlanKey');
    expect(planKeys.map(({ Properties }) => Properties)).toEqual(
      keys.map(({ id }) => ({ KeyId: { Ref: id }, KeyType: 'API_KEY', UsagePlanId: { Ref: plan.id } })),
    );
    for (const [n, key] of keys.entries()) expect(key.DependsOn).toEqual(n === 0 ? undefined : [planKeys[n - 1]?.id]);
  });

  test.each(apis)('%s answers every error of the gateway with a problem document', (name) => {
    const responses = ofType('AWS::ApiGateway::GatewayResponse').filter(isIn(name));
    const types = Object.values(ResponseType).filter((type) => type instanceof ResponseType);
    expect(responses.map(({ Properties }) => Properties.ResponseType).sort()).toEqual(
      types.map((type) => type.responseType).sort(),
    );
    for (const { Properties } of responses) {
      const body = JSON.parse(Properties.ResponseTemplates['application/json']);
      const code = body.code as PlatformProblemCode;
      expect(body).toEqual(problemDocument(code, platformProblems[code]));
      expect(Properties.StatusCode).toBe(String(platformProblems[code].status));
      expect(Properties.ResponseParameters['gatewayresponse.header.cache-control']).toBe("'no-store'");
      for (const [header, value] of Object.entries(problemHeaders(platformProblems[code]))) {
        expect(Properties.ResponseParameters[`gatewayresponse.header.${header}`]).toBe(`'${value}'`);
      }
    }
    const problems = responses.map(({ Properties }) => [
      Properties.ResponseType,
      JSON.parse(Properties.ResponseTemplates['application/json']),
    ]);
    expect(Object.fromEntries(problems.map(([type, { code }]) => [type, code]))).toEqual(GATEWAY_PROBLEMS);
    const refused = responses.filter(({ Properties }) => Properties.StatusCode === '401');
    expect(refused).toHaveLength(3);
    for (const { Properties } of refused)
      expect(Properties.ResponseParameters['gatewayresponse.header.www-authenticate']).toMatch(/^'Bearer /);
    // the web ACL does not look at keys: a caller that has the right one must learn what else it may be
    const { WAF_FILTERED } = Object.fromEntries(problems);
    expect(WAF_FILTERED.title).not.toMatch(/key/i);
    expect(WAF_FILTERED.detail).toMatch(/firewall may have refused the request: report its time and path/);
    for (const { Properties } of responses)
      if (['429', '503'].includes(Properties.StatusCode))
        expect(Properties.ResponseParameters, Properties.ResponseType).toHaveProperty([
          'gatewayresponse.header.retry-after',
        ]);
  });

  test.each(apis)('%s is deployed after all of its methods and responses', (name) => {
    const { DependsOn = [] } = getOnly(ofType('AWS::ApiGateway::Deployment').filter(isIn(name)), 'deployment');
    for (const type of ['AWS::ApiGateway::Method', 'AWS::ApiGateway::GatewayResponse']) {
      for (const { id } of ofType(type).filter(isIn(name))) expect(DependsOn, id).toContain(id);
    }
  });

  test.each(apis)('%s throttles requests, and logs access and errors with a retention', (name) => {
    const { Properties, DependsOn } = getOnly(ofType('AWS::ApiGateway::Stage').filter(isIn(name)), 'stage');
    expect(Properties.StageName).toBe(stage);
    const [settings] = Properties.MethodSettings;
    expect(settings).toMatchObject({
      HttpMethod: '*',
      ResourcePath: '/*',
      DataTraceEnabled: false,
      LoggingLevel: 'ERROR',
    });
    expect(Properties.MethodSettings).toHaveLength(1);
    expect([settings.ThrottlingRateLimit, settings.ThrottlingBurstLimit]).toEqual(
      { localstack: [1_000, 1_000], dev: [50, 100], staging: [200, 400], prod: [1_000, 2_000] }[stage],
    );
    // no header, and no path with ids
    expect(JSON.parse(Properties.AccessLogSetting.Format)).toEqual({
      requestId: '$context.requestId',
      at: '$context.requestTimeEpoch',
      method: '$context.httpMethod',
      route: '$context.resourcePath',
      status: '$context.status',
      latencyMs: '$context.responseLatency',
      integrationLatencyMs: '$context.integrationLatency',
      principal: '$context.authorizer.principalId',
      errorType: '$context.error.responseType',
      ip: '$context.identity.sourceIp',
    });
    const logs = ofType('AWS::Logs::LogGroup').filter(isIn(name));
    expect(logs.map(({ id }) => arnOfLogGroup(id))).toContainEqual(Properties.AccessLogSetting.DestinationArn);
    // declared, so that it has a retention and is deleted with the stage; API Gateway would create it with the first line
    const api = getOnly(ofType('AWS::ApiGateway::RestApi').filter(isIn(name)), 'API');
    const executionLogs = getOnly(
      logs.filter(({ Properties: { LogGroupName } }) =>
        isDeepStrictEqual(LogGroupName?.['Fn::Join'], [
          '',
          ['API-Gateway-Execution-Logs_', { Ref: api.id }, `/${stage}`],
        ]),
      ),
      'log group of executions',
    );
    expect(DependsOn).toContain(executionLogs.id);
  });

  test.each(apis)('%s is regional, and its stage serves its deployment', (name) => {
    const rest = getOnly(ofType('AWS::ApiGateway::RestApi').filter(isIn(name)), 'API');
    expect(rest.Properties).toMatchObject({
      Name: `${named.prefix}-${name}`,
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
    // an API's policy could allow other accounts
    expect(rest.Properties.Policy).toBeUndefined();
    const deployment = getOnly(ofType('AWS::ApiGateway::Deployment').filter(isIn(name)), 'deployment');
    expect(getOnly(ofType('AWS::ApiGateway::Stage').filter(isIn(name)), 'stage').Properties).toMatchObject({
      RestApiId: { Ref: rest.id },
      DeploymentId: { Ref: deployment.id },
    });
  });
});

describe('the API of a stage', () => {
  const outputsOf = (settings: Parameters<typeof synthesise>[0]) => {
    const { stacks } = synthesise(settings);
    return getOnly(
      stacks.filter(({ name }) => name.endsWith('-api')),
      'api',
    ).template.Outputs;
  };

  test('has its own host name on AWS', () => {
    const { ApiUrl, ApiId } = outputsOf(settingsOf.dev);
    expect(JSON.stringify(ApiUrl.Value)).toMatch(
      /^{"Fn::Join":\["",\["https:\/\/",{"Ref":"\w+"},"\.execute-api\.",.*,"\/dev"\]\]}$/,
    );
    expect(ApiId.Value.Ref).toBeDefined();
  });

  test("is at LocalStack's edge on LocalStack, on the configured port", () => {
    const { ApiUrl, ApiId } = outputsOf({ stage: 'localstack', localstackPort: '4599' });
    expect(ApiUrl.Value['Fn::Join'][1]).toEqual([
      'http://127.0.0.1:4599/_aws/execute-api/',
      ApiId.Value,
      '/localstack',
    ]);
  });

  test('gets a new deployment when its authorizer changes, because a stage keeps the authorizer of its deployment', () => {
    const idOf = (all: typeof contexts) =>
      getOnly(synthesise(settingsOf.prod, all).ofType('AWS::ApiGateway::Deployment'), 'deployment').id;
    const withOther = contexts.map(({ functions, ...manifest }) => {
      const { authorize, ...others } = functions as Record<string, FunctionSpec>;
      return { ...manifest, functions: authorize ? { ...others, check: authorize } : functions };
    });
    expect(authorizerOf(...withOther)).toBe('tenants-check');
    expect(idOf(withOther)).not.toBe(idOf(contexts));
  });

  test('gets a new deployment when its routes change, and only then', () => {
    const idOf = (all: typeof contexts) =>
      getOnly(synthesise(settingsOf.prod, all).ofType('AWS::ApiGateway::Deployment'), 'deployment').id;
    const withoutHealth = contexts.map((manifest) =>
      manifest.context === 'operations' ? { ...manifest, routes: {} } : manifest,
    );
    expect(idOf(withoutHealth)).not.toBe(idOf(contexts));
    expect(idOf(contexts)).toBe(idOf(contexts));
  });
});
