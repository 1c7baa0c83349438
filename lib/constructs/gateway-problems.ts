import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type PlatformProblemCode, platformProblems, problemDocument, problemHeaders } from '#platform/http/problems';

/** The problem for each of API Gateway's own errors. */
const responses: readonly (readonly [ResponseType, PlatformProblemCode])[] = [
  [ResponseType.DEFAULT_4XX, 'bad_request'],
  [ResponseType.BAD_REQUEST_BODY, 'malformed_json'],
  [ResponseType.BAD_REQUEST_PARAMETERS, 'bad_request'],
  [ResponseType.UNSUPPORTED_MEDIA_TYPE, 'unsupported_media_type'],
  [ResponseType.UNAUTHORIZED, 'unauthenticated'],
  [ResponseType.EXPIRED_TOKEN, 'unauthenticated'],
  [ResponseType.INVALID_SIGNATURE, 'unauthenticated'],
  [ResponseType.ACCESS_DENIED, 'forbidden'],
  [ResponseType.WAF_FILTERED, 'forbidden'],
  // API Gateway's answer to an unknown path
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, 'not_found'],
  [ResponseType.RESOURCE_NOT_FOUND, 'not_found'],
  [ResponseType.REQUEST_TOO_LARGE, 'body_too_large'],
  [ResponseType.THROTTLED, 'throttled'],
  [ResponseType.QUOTA_EXCEEDED, 'throttled'],
  [ResponseType.DEFAULT_5XX, 'internal'],
  [ResponseType.API_CONFIGURATION_ERROR, 'internal'],
  // the authorizer failed, timed out or was throttled: no function got the request, so the client may send it again
  [ResponseType.AUTHORIZER_CONFIGURATION_ERROR, 'unavailable'],
  [ResponseType.AUTHORIZER_FAILURE, 'unavailable'],
  // no client sends a gateway key: the one that the authorizer returned is not in the usage plan yet
  [ResponseType.INVALID_API_KEY, 'unavailable'],
  // Lambda refused the call, above all because the account's concurrency is used up: as users report, AWS documents only a 500
  [ResponseType.INTEGRATION_FAILURE, 'unavailable'],
  [ResponseType.INTEGRATION_TIMEOUT, 'timeout'],
];

/** Makes the gateway answer its own errors with problem documents, like the functions. */
export const addProblemResponses = (api: RestApi) => {
  for (const [type, code] of responses) {
    const headers = { 'cache-control': 'no-store', ...problemHeaders(platformProblems[code]) };
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(platformProblems[code].status),
      responseHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`])),
      templates: { 'application/json': JSON.stringify(problemDocument(code, platformProblems[code])) },
    });
  }
};
