import { Duration, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  ApiKeySourceType,
  DomainName,
  EndpointType,
  type IRestApi,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  SecurityPolicy,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { JSON_MEDIA_TYPE } from '#platform/http/media-type';
import { methodsOf } from '#platform/http/methods';
import { AUTHORIZER_CACHE_SECONDS, type FunctionId, names } from '#platform/manifest';
import { arns } from '../arns.ts';
import type { RoutedFunction } from '../deployment.ts';
import { acknowledge } from '../nag.ts';
import { type Domain, removalPolicy, type Stage } from '../stages.ts';
import { Firewall } from './firewall.ts';
import { GatewayKeys } from './gateway-keys.ts';
import { addProblemResponses } from './gateway-problems.ts';
import { addOtherMethods } from './other-methods.ts';

const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    at: AccessLogField.contextRequestTimeEpoch(),
    method: AccessLogField.contextHttpMethod(),
    route: AccessLogField.contextResourcePath(),
    status: AccessLogField.contextStatus(),
    latencyMs: AccessLogField.contextResponseLatency(),
    integrationLatencyMs: AccessLogField.contextIntegrationLatency(),
    principal: AccessLogField.contextAuthorizerPrincipalId(),
    errorType: AccessLogField.contextErrorResponseType(),
    ip: AccessLogField.contextIdentitySourceIp(),
  }),
);

export type ApiProps = {
  readonly stage: Stage;
  readonly name: string;
  readonly routes: readonly RoutedFunction[];
  /**
   * Authorizes the callers of every route that is not public, and says which gateway key bounds them. Without one, only the functions
   * verify them.
   */
  readonly authorizer?: FunctionId;
  /** A web ACL filters traffic in front of the API. */
  readonly firewall?: boolean;
  readonly domain?: Domain | undefined;
};

/**
 * A REST API of explicit routes, each to a function by its name. Any other path is a 404 (ADR 12), and another method of a known path
 * a 405. It hands bodies over as bytes (ADR 72).
 */
export class Api extends Construct {
  readonly id: string;
  readonly rest: RestApi;
  /** At its domain, if it has one. */
  readonly url: string;
  /** At the host name that AWS gives it. */
  readonly defaultUrl: string;
  readonly domainName?: DomainName;

  constructor(scope: Construct, construct: string, props: ApiProps) {
    super(scope, construct);
    const { stage, name, routes, authorizer, firewall = false, domain } = props;
    const functions = new Map<FunctionId, ReturnType<typeof LambdaFunction.fromFunctionAttributes>>();
    const functionOf = (id: FunctionId) => {
      const existing = functions.get(id);
      if (existing) return existing;
      const functionArn = arns(this, stage.name).fn(id);
      const imported = LambdaFunction.fromFunctionAttributes(this, id, { functionArn, sameEnvironment: true });
      functions.set(id, imported);
      return imported;
    };

    const tenantThrottle = authorizer && stage.tenantThrottle;
    const api = new RestApi(this, 'Rest', {
      restApiName: `${names(stage.name).prefix}-${name}`,
      endpointTypes: [EndpointType.REGIONAL],
      // as text, bytes that are not UTF-8 would be replaced before a function could refuse them
      binaryMediaTypes: [JSON_MEDIA_TYPE],
      ...(tenantThrottle && { apiKeySourceType: ApiKeySourceType.AUTHORIZER }),
      // the role that writes the logs of all APIs belongs to the account (ADR 98)
      cloudWatchRole: false,
      deployOptions: {
        stageName: stage.name,
        tracingEnabled: stage.tracing,
        throttlingRateLimit: stage.throttle.rate,
        throttlingBurstLimit: stage.throttle.burst,
        loggingLevel: MethodLoggingLevel.ERROR,
        accessLogFormat: ACCESS_LOG,
        accessLogDestination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLogs', { retention: stage.logRetention, removalPolicy: removalPolicy(stage) }),
        ),
      },
    });
    addProblemResponses(api);
    acknowledge(api, 'strictFunctions');
    // API Gateway would create it with the first log line, without a retention, and nothing would delete it with the stack
    const executionLogs = new LogGroup(this, 'ExecutionLogs', {
      logGroupName: `API-Gateway-Execution-Logs_${api.restApiId}/${stage.name}`,
      retention: stage.logRetention,
      removalPolicy: removalPolicy(stage),
    });
    api.deploymentStage.node.addDependency(executionLogs);

    const guard = authorizer
      ? new TokenAuthorizer(this, 'Authorizer', {
          handler: functionOf(authorizer),
          resultsCacheTtl: Duration.seconds(AUTHORIZER_CACHE_SECONDS),
        })
      : undefined;
    for (const route of routes) {
      const isGuarded = guard && route.scope !== 'public';
      const resource = api.root.resourceForPath(route.path);
      for (const method of methodsOf([route])) {
        const integration = new LambdaIntegration(functionOf(route.function), { allowTestInvoke: false });
        const routeMethod = resource.addMethod(
          method,
          integration,
          isGuarded ? { authorizer: guard, ...(tenantThrottle && { apiKeyRequired: true }) } : {},
        );
        acknowledge(routeMethod, 'ownKeys');
        if (!isGuarded) acknowledge(routeMethod, 'openRoute');
      }
    }
    for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path))
      addOtherMethods(api.root.resourceForPath(path), {
        ...{ allowed: methodsOf(ofPath), isLocalStack: stage.kind === 'localstack' },
      });
    if (tenantThrottle)
      new GatewayKeys(this, 'GatewayKeys', {
        stage: stage.name,
        throttle: tenantThrottle,
        apiStage: api.deploymentStage,
      });
    if (firewall)
      new Firewall(this, 'Firewall', {
        stage,
        name: `${names(stage.name).prefix}-${name}`,
        apiStage: api.deploymentStage,
        // the provider sends the callbacks of all tenants from few addresses
        unboundedPaths: routes.filter(({ isCallback }) => isCallback).map(({ path }) => path),
        pathPrefixes: [stage.name, domain?.basePath ?? []].flat().map((segment) => `/${segment}`),
      });
    else acknowledge(api.deploymentStage, 'noFirewall');

    const { region, urlSuffix } = Stack.of(this);
    this.id = api.restApiId;
    this.rest = api;
    this.defaultUrl = `${stage.gateway ? `${stage.gateway}/${this.id}` : `https://${this.id}.execute-api.${region}.${urlSuffix}`}/${stage.name}`;
    this.url = domain ? `https://${[domain.name, domain.basePath ?? []].flat().join('/')}` : this.defaultUrl;
    // the default host name stays: the same stage answers there, with the same web ACL and throttles, before the domain has a DNS record
    if (domain)
      this.domainName = new DomainName(this, 'Domain', {
        domainName: domain.name,
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
        endpointType: EndpointType.REGIONAL,
        securityPolicy: SecurityPolicy.TLS_1_2,
        mapping: api as IRestApi,
        ...(domain.basePath !== undefined && { basePath: domain.basePath }),
      });
  }
}
