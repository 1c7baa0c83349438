import type { IncomingMessage } from 'node:http';
import { systemClock } from '../aws/clock.ts';
import type { AwsCall, AwsResponse } from '../aws/dispatch.ts';
import { ServiceError } from '../aws/service.ts';
import { type Credential, readClaim, type SignedRequest, verifyClaim } from '../aws/signature.ts';
import type { HttpResponse } from './gateway.ts';
import { type Exchange, receiveBody } from './request-body.ts';

/** More than the largest request that an emulated operation takes: a transaction of 4 MB as JSON. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MEDIA_TYPE = 'application/x-amz-json-1.0';
/** Only browsers send these, and no page may call AWS here. */
const BROWSER_HEADERS = ['origin', 'sec-fetch-site'];
const CREDENTIAL_ERRORS = new Set([
  'MissingAuthenticationTokenException',
  'IncompleteSignatureException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
]);

type AwsEndpoint = { readonly credential: Credential; readonly callAws: (call: AwsCall) => Promise<AwsResponse> };

/** Whether a request is an AWS call. On the same port, everything else is a request to the API. */
export const isAwsCall = (request: IncomingMessage): boolean => request.headersDistinct['x-amz-target'] !== undefined;

const toSignedRequest = ({ method = '', url = '', headersDistinct }: IncomingMessage): SignedRequest => ({
  method,
  target: url,
  headers: new Map(Object.entries(headersDistinct).map(([name, values]) => [name, values ?? []])),
});

const tooLarge = () =>
  new ServiceError('RequestEntityTooLargeException', `The body has more than ${MAX_BODY_BYTES} bytes.`, {
    status: 413,
  });

const incomplete = () => new ServiceError('IncompleteBodyException', 'The connection ended within the body.');

const run = async (exchange: Exchange, { credential, callAws }: AwsEndpoint): Promise<AwsResponse> => {
  const { request } = exchange;
  if (BROWSER_HEADERS.some((name) => request.headersDistinct[name] !== undefined))
    throw new ServiceError('AccessDeniedException', 'A browser may not call AWS on this port.', { status: 403 });
  const claim = readClaim(toSignedRequest(request), credential, systemClock.now());
  const body = await receiveBody(exchange, MAX_BODY_BYTES);
  if (body === 'too_large') throw tooLarge();
  if (body === 'incomplete') throw incomplete();
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
 * credential, and interprets it only once the signature is verified.
 */
export const answerAwsCall = async (exchange: Exchange, endpoint: AwsEndpoint): Promise<HttpResponse> => {
  const { status, json } = await run(exchange, endpoint).catch((error: unknown) =>
    toErrorResponse(error, exchange.request),
  );
  return { status, headers: { 'content-type': MEDIA_TYPE }, body: json };
};
