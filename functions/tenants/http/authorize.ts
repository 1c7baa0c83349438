import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import type { Runtime } from '#shared/runtime';
import { keyOrOperator } from '#tenants/published';

/**
 * API Gateway's authorizer. It keeps strangers out before a function is paid for; what a known caller may do is the function's to
 * say, so the policy allows the whole stage, and API Gateway may keep it for all routes.
 */
export const authorize = (rt: Runtime<'db' | 'secrets'>) => {
  const authenticate = keyOrOperator(rt);
  return async (event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const caller = await authenticate(event.authorizationToken);
    // API Gateway answers 401 to exactly this message, and 500 to any other.
    if (!caller) throw new Error('Unauthorized');
    return {
      principalId: caller.kind === 'tenant' ? caller.tenantId : caller.kind,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: wholeStage(event.methodArn) }],
      },
      context: { ...caller },
    };
  };
};

/** Of `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>`. */
const wholeStage = (methodArn: string) => `${methodArn.split('/').slice(0, 2).join('/')}/*`;
