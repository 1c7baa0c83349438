import type { IncomingMessage } from 'node:http';
import { systemClock } from '../aws/clock.ts';
import type { AwsCall, AwsResponse } from '../aws/dispatch.ts';
import { type S3Request, type S3Response, toErrorResponse as toS3ErrorResponse } from '../aws/s3/s3.ts';
import { ServiceError } from '../aws/service.ts';
import { type Credential, isS3Signature, readClaim, type SignedRequest, verifyClaim } from '../aws/signature.ts';
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

type AwsEndpoint = {
  readonly credential: Credential;
  readonly callAws: (call: AwsCall) => Promise<AwsResponse>;
  readonly callS3: (request: S3Request) => S3Response;
};

const toSignedRequest = ({ method = '', url = '', headersDistinct }: IncomingMessage): SignedRequest => ({
  method,
  target: url,
  headers: new Map(Object.entries(headersDistinct).map(([name, values]) => [name, values ?? []])),
});

/** Whether a request is an AWS call. On the same port, everything else is a request to the API. */
export const isAwsCall = (request: IncomingMessage): boolean =>
  request.headers['x-amz-target'] !== undefined || isS3Signature(request.headers.authorization);

const tooLarge = () =>
  new ServiceError('RequestEntityTooLargeException', `The body has more than ${MAX_BODY_BYTES} bytes.`, {
    status: 413,
  });

const incomplete = () => new ServiceError('IncompleteBodyException', 'The connection ended within the body.');

/** Returns the body of a call whose signature is genuine. */
const receiveVerified = async (exchange: Exchange, credential: Credential): Promise<Uint8Array> => {
  const { request } = exchange;
  if (BROWSER_HEADERS.some((name) => request.headersDistinct[name] !== undefined))
    throw new ServiceError('AccessDeniedException', 'A browser may not call AWS on this port.', { status: 403 });
  const claim = readClaim(toSignedRequest(request), credential, systemClock.now());
  const body = await receiveBody(exchange, MAX_BODY_BYTES);
  if (body === 'too_large') throw tooLarge();
  if (body === 'incomplete') throw incomplete();
  await verifyClaim(claim, body, credential);
  return body;
};

const withHint = (error: unknown, { socket }: IncomingMessage): ServiceError => {
  if (!(error instanceof ServiceError)) throw error;
  const { name, message, status } = error;
  if (!CREDENTIAL_ERRORS.has(name)) return error;
  const hint = `Use the credential that npm start printed: . .breakwater/${socket.localPort}.env`;
  return new ServiceError(name, `${message} ${hint}`, { status });
};

const answerS3Call = async (exchange: Exchange, { credential, callS3 }: AwsEndpoint): Promise<HttpResponse> => {
  const { request } = exchange;
  try {
    await receiveVerified(exchange, credential);
    return callS3({ method: request.method ?? '', target: request.url ?? '' });
  } catch (error) {
    const { status, name, message } = withHint(error, request);
    return toS3ErrorResponse(status, name, message);
  }
};

const answerJsonCall = async (exchange: Exchange, { credential, callAws }: AwsEndpoint): Promise<HttpResponse> => {
  const { request } = exchange;
  const headers = { 'content-type': MEDIA_TYPE };
  try {
    const body = await receiveVerified(exchange, credential);
    const [target] = request.headersDistinct['x-amz-target'] ?? [];
    const { status, json } = await callAws({ target, body });
    return { status, headers, body: json };
  } catch (error) {
    const { status, name, message } = withHint(error, request);
    return { status, headers, body: JSON.stringify({ __type: name, message }) };
  }
};

/**
 * Answers an AWS call that is signed with the endpoint's credential. It reads the body only of a call whose headers name that
 * credential, and interprets it only once the signature is verified.
 */
export const answerAwsCall = (exchange: Exchange, endpoint: AwsEndpoint): Promise<HttpResponse> =>
  exchange.request.headers['x-amz-target'] === undefined
    ? answerS3Call(exchange, endpoint)
    : answerJsonCall(exchange, endpoint);
