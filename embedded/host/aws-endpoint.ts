import type { IncomingMessage } from 'node:http';
import { systemClock } from '../aws/clock.ts';
import type { AwsCall, AwsResponse } from '../aws/dispatch.ts';
import { ServiceError } from '../aws/service.ts';
import { type Credential, readClaim, type SignedRequest, verifyClaim } from '../aws/signature.ts';
import type { HttpResponse } from './gateway.ts';

const MEDIA_TYPE = 'application/x-amz-json-1.0';
/** Only browsers send these, and no page may call AWS here. */
const BROWSER_HEADERS = ['origin', 'sec-fetch-site'];
const CREDENTIAL_ERRORS = new Set([
  'MissingAuthenticationTokenException',
  'IncompleteSignatureException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
]);

type AwsEndpoint = {
  readonly credential: Credential;
  readonly callAws: (call: AwsCall) => Promise<AwsResponse>;
  /** Resolves to undefined if the body is too large. */
  readonly readBody: () => Promise<Buffer | undefined>;
};

/** Whether a request is an AWS call. On the same port, everything else is a request to the API. */
export const isAwsCall = (request: IncomingMessage): boolean => request.headersDistinct['x-amz-target'] !== undefined;

const toSignedRequest = ({ method = '', url = '', headersDistinct }: IncomingMessage): SignedRequest => ({
  method,
  target: url,
  headers: new Map(Object.entries(headersDistinct).map(([name, values]) => [name, values ?? []])),
});

const run = async (
  request: IncomingMessage,
  { credential, callAws, readBody }: AwsEndpoint,
): Promise<AwsResponse | undefined> => {
  if (BROWSER_HEADERS.some((name) => request.headersDistinct[name] !== undefined))
    throw new ServiceError('AccessDeniedException', 'A browser may not call AWS on this port.', { status: 403 });
  const claim = readClaim(toSignedRequest(request), credential, systemClock.now());
  const body = await readBody();
  if (!body) return;
  await verifyClaim(claim, body, credential);
  const [target] = request.headersDistinct['x-amz-target'] ?? [];
  return callAws({ target, body });
};

const toErrorResponse = (error: unknown, { socket }: IncomingMessage): AwsResponse => {
  if (!(error instanceof ServiceError)) throw error;
  const hint = `Use the credential that npm start printed: . .breakwater/${socket.localPort}.env`;
  const message = CREDENTIAL_ERRORS.has(error.name) ? `${error.message} ${hint}` : error.message;
  return { status: error.status, json: JSON.stringify({ __type: error.name, message }) };
};

/**
 * Answers an AWS call that is signed with the endpoint's credential. It reads the body only of a call whose headers name that
 * credential, and interprets it only once the signature is verified. It returns undefined if `readBody` does.
 */
export const answerAwsCall = async (
  request: IncomingMessage,
  endpoint: AwsEndpoint,
): Promise<HttpResponse | undefined> => {
  const result = await run(request, endpoint).catch((error: unknown) => toErrorResponse(error, request));
  return result && { status: result.status, headers: { 'content-type': MEDIA_TYPE }, body: result.json };
};
