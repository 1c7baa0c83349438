import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { bearerToken } from '#platform/http/headers';
import type { PlatformProblemCode } from '#platform/http/problems';
import { AUTHORIZER_CACHE_SECONDS, type FunctionId, type StageName } from '#platform/manifest';
import { ttlCache } from '#platform/runtime/ttl-cache';
import { ACCOUNT_ID, REGION } from '../aws/arns.ts';
import { FunctionError } from '../aws/lambda/function-error.ts';
import type { Clock } from '../aws/service.ts';

const MAX_TOKENS = 10_000;
/** The message of the error with which an authorizer refuses a token. After any other error the gateway answers 503. */
export const UNAUTHORIZED = 'Unauthorized';

/** What a function finds as `requestContext.authorizer`. */
export type AuthorizerContext = Readonly<Record<string, unknown>> & { readonly principalId: string };
export type Authorization =
  | { readonly allowed: AuthorizerContext }
  | { readonly refused: Extract<PlatformProblemCode, 'unauthenticated' | 'forbidden' | 'unavailable'> };

export type AuthorizerOptions = {
  readonly invoke: (id: FunctionId, event: APIGatewayTokenAuthorizerEvent) => Promise<unknown>;
  readonly stage: StageName;
  readonly clock: Clock;
};

export type AuthorizedRequest = {
  readonly authorizer: FunctionId;
  readonly authorization: string | undefined;
  readonly method: string;
  readonly path: string;
};
export type Authorize = (request: AuthorizedRequest) => Promise<Authorization>;

const isAllowed = ({ policyDocument }: APIGatewayAuthorizerResult): boolean =>
  policyDocument.Statement.every(({ Effect }) => Effect === 'Allow');

/**
 * Authorizes requests as API Gateway does with a token authorizer: it refuses a request without the header itself, it uses a policy
 * again for the same token while its cache keeps it, and it caches no error of the function.
 */
export const createAuthorizer = ({ invoke, stage, clock }: AuthorizerOptions): Authorize => {
  const cache = ttlCache<APIGatewayAuthorizerResult>({
    ttlMs: AUTHORIZER_CACHE_SECONDS * 1_000,
    maxKeys: MAX_TOKENS,
    now: clock.now,
  });

  const findPolicy = async (authorizationToken: string, { authorizer, method, path }: AuthorizedRequest) => {
    // not by the header itself: a client could fill the cache with spellings of one key
    const cacheKey = bearerToken(authorizationToken) ?? authorizationToken;
    const cached = cache.get(cacheKey);
    if (cached) return cached;
    const methodArn = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:embedded/${stage}/${method}${path}`;
    const result = await invoke(authorizer, { type: 'TOKEN', methodArn, authorizationToken });
    cache.set(cacheKey, result as APIGatewayAuthorizerResult);
    return result as APIGatewayAuthorizerResult;
  };

  return async (request) => {
    if (!request.authorization) return { refused: 'unauthenticated' };
    try {
      const policy = await findPolicy(request.authorization, request);
      if (!isAllowed(policy)) return { refused: 'forbidden' };
      return { allowed: { ...policy.context, principalId: policy.principalId } };
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      return { refused: error.message === UNAUTHORIZED ? 'unauthenticated' : 'unavailable' };
    }
  };
};
