import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { gatewayKeyOf } from '#platform/http/gateway-key';
import type { Runtime } from '#platform/runtime/runtime';
import { authenticateTenant, authenticateTenantOrOperator } from '#tenants/public';
import { apiKeyReader, type FindApiKey } from '#tenants/table/api-keys';
import { lastUseRecorder } from '#tenants/table/last-use';

/** Reads a key without a cache, because API Gateway caches the authorizer's response, and records that the key is used. */
const usedApiKeyReader = (rt: Runtime<'db'>): FindApiKey => {
  const [read, recordLastUse] = [apiKeyReader(rt), lastUseRecorder(rt)];
  return async (key) => {
    const stored = await read(key);
    if (stored) await recordLastUse(key, stored);
    return stored;
  };
};

/**
 * API Gateway's authorizer. It rejects strangers before a function costs anything. Each function decides what a known caller may
 * do, so the policy allows the whole stage, and API Gateway may cache it for all routes.
 */
export const authorizer = (rt: Runtime<'db' | 'secrets'>) => {
  const authenticate = authenticateTenantOrOperator(rt, authenticateTenant(rt, usedApiKeyReader(rt)));
  return async (event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const caller = await authenticate(event.authorizationToken);
    // API Gateway answers 401 to exactly this message, and takes any other for a failure of the authorizer
    if (!caller) throw new Error('Unauthorized');
    return {
      principalId: caller.kind === 'tenant' ? caller.tenantId : caller.kind,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: wholeStage(event.methodArn) }],
      },
      context: { ...caller },
      usageIdentifierKey: gatewayKeyOf(rt.env('STAGE'), caller.kind === 'tenant' ? caller.tenantId : undefined),
    };
  };
};

/** Of `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>`. */
const wholeStage = (methodArn: string) => `${methodArn.split('/').slice(0, 2).join('/')}/*`;
