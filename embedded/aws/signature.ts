import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { REGION } from './arns.ts';
import { ServiceError } from './service.ts';

/** The key of a caller, as AWS clients take it. It has no session token. */
export type Credential = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** A received request without its body. */
export type SignedRequest = {
  readonly method: string;
  /** Path and query string, as sent. */
  readonly target: string;
  /** Header names in lower case, each with every value that was sent. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
};

/** A signature whose scope and time are valid. Only the body shows whether it is genuine. */
export type SignatureClaim = {
  readonly request: SignedRequest;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly signingService: string;
  readonly signedAt: Date;
};

const ALGORITHM = 'AWS4-HMAC-SHA256';
const TERMINATOR = 'aws4_request';
const MAX_SKEW_MS = 15 * 60_000;
const TIMESTAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** The services whose operations are emulated: the prefix of their targets, and their name in a signature. */
const SIGNING_NAMES: ReadonlyMap<string, string> = new Map([
  ['DynamoDB_20120810', 'dynamodb'],
  ['AmazonSQS', 'sqs'],
  ['AWSEvents', 'events'],
  ['AWSStepFunctions', 'states'],
  ['secretsmanager', 'secretsmanager'],
  ['AmazonSSM', 'ssm'],
]);

/** S3 has no targets: its calls are REST requests, with a path and a query. */
const S3_SIGNING_NAME = 's3';
const S3_SIGNATURE = /^AWS4-HMAC-SHA256 (?:[^,]*,)* *Credential=[^,/]*\/[^,/]*\/[^,/]*\/s3\//;

/** Whether an Authorization header has the signature of an S3 call. It is not verified. */
export const isS3Signature = (authorization: string | undefined): boolean => S3_SIGNATURE.test(authorization ?? '');

const incomplete = (message: string) => new ServiceError('IncompleteSignatureException', message);
const invalid = (message: string) => new ServiceError('InvalidSignatureException', message);
const unrecognized = () =>
  new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');

/** Returns the value of a header. Two values of one header are refused: a reader might take the one that is not signed. */
const singleValue = ({ headers }: SignedRequest, name: string): string | undefined => {
  const values = headers.get(name) ?? [];
  if (values.length > 1) throw incomplete(`The header ${name} is sent ${values.length} times.`);
  return values[0];
};

const parseParameters = (authorization: string): ReadonlyMap<string, string> => {
  const [algorithm = '', parameters = ''] = authorization.split(/ +(.*)/s);
  if (algorithm !== ALGORITHM) throw incomplete(`Authorization header requires the algorithm ${ALGORITHM}.`);
  const pairs = parameters.split(',').map((part) => part.trim().split(/=(.*)/s));
  const named = new Map(pairs.map(([name = '', value = '']) => [name, value]));
  if (named.size < pairs.length) throw incomplete('Authorization header has a parameter twice.');
  return named;
};

const parseTimestamp = (request: SignedRequest): { readonly date: string; readonly signedAt: Date } => {
  const timestamp = singleValue(request, 'x-amz-date') ?? '';
  const [, year, month, day, hour, minute, second] = TIMESTAMP.exec(timestamp) ?? [];
  const signedAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(signedAt.getTime()))
    throw incomplete(`Date must be in ISO-8601 'basic format'. Got '${timestamp}'. See the header X-Amz-Date.`);
  return { date: timestamp.slice(0, 8), signedAt };
};

const checkTime = (signedAt: Date, nowMs: number): void => {
  const now = new Date(nowMs).toISOString();
  if (signedAt.getTime() < nowMs - MAX_SKEW_MS)
    throw invalid(`Signature expired: ${signedAt.toISOString()} is more than 15 minutes before ${now}.`);
  if (signedAt.getTime() > nowMs + MAX_SKEW_MS)
    throw invalid(`Signature not yet current: ${signedAt.toISOString()} is more than 15 minutes after ${now}.`);
};

/** Checks the parts of the scope after the access key id, and returns the service. */
const checkScope = (scope: readonly string[], target: string, expectedDate: string): string => {
  const [date, region, service = '', terminator] = scope;
  const expectedService = SIGNING_NAMES.get(target.slice(0, target.indexOf('.'))) ?? service;
  if (date !== expectedDate)
    throw invalid(`Date in Credential scope does not match the date of the request: '${date}' != '${expectedDate}'.`);
  if (region !== REGION) throw invalid(`Credential should be scoped to a valid region: '${REGION}', not '${region}'.`);
  if (service !== expectedService)
    throw invalid(`Credential should be scoped to correct service: '${expectedService}', not '${service}'.`);
  if (terminator !== TERMINATOR)
    throw invalid(`Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${terminator}'.`);
  return service;
};

/** `host` and every `x-amz-*` header must be signed, as on AWS: the target, the date and the payload's hash are among them. */
const checkSignedHeaders = (request: SignedRequest, signedHeaders: readonly string[]): void => {
  const required = ['host', 'x-amz-date', ...[...request.headers.keys()].filter((name) => name.startsWith('x-amz-'))];
  for (const name of required)
    if (!signedHeaders.includes(name)) throw invalid(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
  for (const name of signedHeaders)
    if (singleValue(request, name) === undefined) throw invalid(`The signed header '${name}' is missing.`);
};

/**
 * Checks everything about a Signature Version 4 that does not need the body, and throws the error of AWS. It takes the signature from
 * the header `Authorization` alone, so a presigned query is not a signature.
 */
export const readClaim = (request: SignedRequest, { accessKeyId }: Credential, nowMs: number): SignatureClaim => {
  const authorization = singleValue(request, 'authorization');
  if (authorization === undefined)
    throw new ServiceError('MissingAuthenticationTokenException', 'Request is missing Authentication Token.');
  const parameters = parseParameters(authorization);
  for (const name of ['Credential', 'SignedHeaders', 'Signature'])
    if (!parameters.get(name)) throw incomplete(`Authorization header requires '${name}' parameter.`);
  const [keyId, ...scope] = (parameters.get('Credential') ?? '').split('/');
  if (scope.length !== 4)
    throw incomplete("Credential must have the form '<access key id>/<date>/<region>/<service>/aws4_request'.");
  if (keyId !== accessKeyId || request.headers.has('x-amz-security-token')) throw unrecognized();

  const { date, signedAt } = parseTimestamp(request);
  const signingService = checkScope(scope, singleValue(request, 'x-amz-target') ?? '', date);
  if (signingService !== S3_SIGNING_NAME && request.target.includes('?'))
    throw incomplete('A signed call of the AWS JSON protocol has no query string.');
  checkTime(signedAt, nowMs);
  const signedHeaders = (parameters.get('SignedHeaders') ?? '').split(';');
  checkSignedHeaders(request, signedHeaders);
  return { request, signedHeaders, signature: parameters.get('Signature') ?? '', signingService, signedAt };
};

/** Two values of one parameter are refused, because a reader might take either. */
const parseQuery = (queryText: string): Record<string, string> => {
  const parameters = [...new URLSearchParams(queryText)];
  const query = Object.fromEntries(parameters);
  if (Object.keys(query).length < parameters.length) throw incomplete('A parameter of the query is sent twice.');
  return query;
};

const isEqual = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** Signs the received request as its sender must have, and throws InvalidSignatureException if the signatures differ. */
export const verifyClaim = async (claim: SignatureClaim, body: Uint8Array, credential: Credential): Promise<void> => {
  const { request, signedHeaders, signature, signingService, signedAt } = claim;
  const sentHash = singleValue(request, 'x-amz-content-sha256');
  if (sentHash !== undefined && sentHash !== createHash('sha256').update(body).digest('hex'))
    throw invalid('The value of x-amz-content-sha256 is not the SHA-256 hash of the body.');
  const signer = new SignatureV4({
    ...{ credentials: credential, region: REGION, service: signingService, sha256: Sha256 },
    applyChecksum: false,
    uriEscapePath: signingService !== S3_SIGNING_NAME,
  });
  const [path = '', queryText = ''] = request.target.split(/\?(.*)/s);
  const headers = Object.fromEntries(signedHeaders.map((name) => [name, singleValue(request, name) ?? '']));
  const signed = await signer.sign(
    new HttpRequest({ method: request.method, path, query: parseQuery(queryText), headers, body }),
    // the signer leaves some headers out unless they are named here
    { signingDate: signedAt, signableHeaders: new Set(signedHeaders) },
  );
  const expected = /Signature=(\w+)$/.exec(signed.headers['authorization'] ?? '')?.[1] ?? '';
  if (expected === '' || !isEqual(signature, expected))
    throw invalid(
      'The request signature we calculated does not match the signature you provided. Check the AWS secret access key.',
    );
};
