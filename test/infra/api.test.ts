import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { type PlatformProblemCode, platformProblems, problemDocument, problemHeaders } from '#platform/http/problems';
import { names } from '#platform/manifest';
import { authorizerOf, routesOf } from '../../lib/deployment.ts';
import { everyStage, only, pathOf, type Resource, settingsOf, synthesise } from './synthesis.ts';

const product = contexts.filter(({ standalone }) => !standalone);

describe.each(everyStage())('%s', (stage, { ofType }) => {
  const by = names(stage);
  const within = (name: string) => (resource: Resource) => resource.stack === `${by.prefix}-${name}`;
  const methodsOf = (name: string) => {
    const resources = ofType('AWS::ApiGateway::Resource').filter(within(name));
    return ofType('AWS::ApiGateway::Method')
      .filter(within(name))
      .map(({ Properties }) => ({
        ...Properties,
        route: `${Properties.HttpMethod} ${pathOf(resources, Properties.ResourceId)}`,
      }));
  };
  const apis = stage === 'localstack' || stage === 'dev' ? ['api', 'sandbox'] : ['api'];

  test.each(apis)('%s has exactly the routes of its contexts, each to its function', (name) => {
    const routes = routesOf(...(name === 'api' ? product : contexts.filter(({ context }) => context === name)));
    const methods = methodsOf(name);
    expect(methods.map(({ route }) => route).sort()).toEqual(
      routes.map(({ method, path }) => `${method} ${path}`).sort(),
    );
    for (const { method, path, function: fn } of routes) {
      const { Integration } = only(
        methods.filter(({ route }) => route === `${method} ${path}`),
        path,
      );
      expect(Integration).toMatchObject({ Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' });
      expect(JSON.stringify(Integration.Uri)).toContain(`function:${by.fn(fn)}/invocations`);
      const invokers = ofType('AWS::Lambda::Permission').filter(
        ({ stack, Properties }) =>
          stack === `${by.prefix}-${name}` && JSON.stringify(Properties.FunctionName).endsWith(`:${by.fn(fn)}"]]}`),
      );
      const its = invokers.filter(({ Properties }) =>
        JSON.stringify(Properties.SourceArn).includes(`/${method}${path.replace(/{\w+}/g, '*')}"`),
      );
      expect(its, `${method} ${path}`).toHaveLength(1);
    }
  });

  test('every route that is not public is behind the authorizer', () => {
    const authorizer = only(ofType('AWS::ApiGateway::Authorizer'), 'authorizer');
    expect(authorizer.Properties).toMatchObject({
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 5,
    });
    expect(JSON.stringify(authorizer.Properties.AuthorizerUri)).toContain(
      `:${by.fn(authorizerOf(...contexts))}/invocations"`,
    );
    for (const { method, path, scope } of routesOf(...product)) {
      const its = only(
        methodsOf('api').filter(({ route }) => route === `${method} ${path}`),
        path,
      );
      if (scope === 'public') expect(its).toMatchObject({ AuthorizationType: 'NONE' });
      else expect(its).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: authorizer.id } });
    }
  });

  test.each(apis)('%s answers every error of the gateway with a problem of the catalogue', (name) => {
    const responses = ofType('AWS::ApiGateway::GatewayResponse').filter(within(name));
    const every = Object.values(ResponseType).filter((type) => type instanceof ResponseType);
    expect(responses.map(({ Properties }) => Properties.ResponseType).sort()).toEqual(
      every.map((type) => type.responseType).sort(),
    );
    for (const { Properties } of responses) {
      const body = JSON.parse(Properties.ResponseTemplates['application/json']);
      const code = body.code as PlatformProblemCode;
      expect(body).toEqual(problemDocument(code, platformProblems[code]));
      expect(Properties.StatusCode).toBe(String(platformProblems[code].status));
      expect(Properties.ResponseParameters['gatewayresponse.header.cache-control']).toBe("'no-store'");
      for (const [header, value] of Object.entries(problemHeaders(code))) {
        expect(Properties.ResponseParameters[`gatewayresponse.header.${header}`]).toBe(`'${value}'`);
      }
    }
    const codeOf = (type: string) =>
      JSON.parse(
        only(
          responses.filter(({ Properties }) => Properties.ResponseType === type),
          type,
        ).Properties.ResponseTemplates['application/json'],
      ).code;
    expect(codeOf('MISSING_AUTHENTICATION_TOKEN')).toBe('not_found');
    expect(codeOf('UNAUTHORIZED')).toBe('unauthenticated');
    expect(codeOf('ACCESS_DENIED')).toBe('forbidden');
    expect(codeOf('REQUEST_TOO_LARGE')).toBe('body_too_large');
    expect(codeOf('THROTTLED')).toBe('throttled');
    expect(codeOf('INTEGRATION_TIMEOUT')).toBe('timeout');
  });

  test.each(apis)('%s is deployed once all of it stands', (name) => {
    const { DependsOn = [] } = only(ofType('AWS::ApiGateway::Deployment').filter(within(name)), 'deployment');
    for (const type of ['AWS::ApiGateway::Method', 'AWS::ApiGateway::GatewayResponse']) {
      for (const { id } of ofType(type).filter(within(name))) expect(DependsOn, id).toContain(id);
    }
  });

  test.each(apis)('%s throttles, and logs who asked for what', (name) => {
    const { Properties } = only(ofType('AWS::ApiGateway::Stage').filter(within(name)), 'stage');
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
    // neither a header nor a path with ids in it
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
    const logs = ofType('AWS::Logs::LogGroup').filter(within(name));
    expect(logs.map(({ id }) => ({ 'Fn::GetAtt': [id, 'Arn'] }))).toContainEqual(
      Properties.AccessLogSetting.DestinationArn,
    );
  });

  test.each(apis)('%s is regional, and its stage is the deployment of it', (name) => {
    const rest = only(ofType('AWS::ApiGateway::RestApi').filter(within(name)), 'API');
    expect(rest.Properties).toMatchObject({
      Name: `${by.prefix}-${name}`,
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
    // a policy of an API could let in other accounts
    expect(rest.Properties.Policy).toBeUndefined();
    const deployment = only(ofType('AWS::ApiGateway::Deployment').filter(within(name)), 'deployment');
    expect(only(ofType('AWS::ApiGateway::Stage').filter(within(name)), 'stage').Properties).toMatchObject({
      RestApiId: { Ref: rest.id },
      DeploymentId: { Ref: deployment.id },
    });
  });
});

describe('the API of a stage', () => {
  const urlOf = (settings: Parameters<typeof synthesise>[0]) => {
    const { stacks } = synthesise(settings);
    return only(
      stacks.filter(({ name }) => name.endsWith('-api')),
      'api',
    ).template.Outputs;
  };

  test('answers at its own host on AWS', () => {
    const { ApiUrl, ApiId } = urlOf(settingsOf.dev);
    expect(JSON.stringify(ApiUrl.Value)).toMatch(
      /^{"Fn::Join":\["",\["https:\/\/",{"Ref":"\w+"},"\.execute-api\.",.*,"\/dev"\]\]}$/,
    );
    expect(ApiId.Value.Ref).toBeDefined();
  });

  test("answers at LocalStack's edge on LocalStack, whatever its port", () => {
    const { ApiUrl, ApiId } = urlOf({ stage: 'localstack', localstackPort: '4599' });
    expect(ApiUrl.Value['Fn::Join'][1]).toEqual([
      'http://127.0.0.1:4599/_aws/execute-api/',
      ApiId.Value,
      '/localstack',
    ]);
  });

  test('is deployed anew when its routes change', () => {
    const idOf = (all: typeof contexts) =>
      only(synthesise(settingsOf.prod, all).ofType('AWS::ApiGateway::Deployment'), 'deployment').id;
    const fewer = contexts.map((manifest) =>
      manifest.context === 'operations'
        ? { ...manifest, functions: { health: { ...manifest.functions['health'], routes: [] } } }
        : manifest,
    ) as typeof contexts;
    expect(idOf(fewer)).not.toBe(idOf(contexts));
    expect(idOf(contexts)).toBe(idOf(contexts));
  });
});
