import type { Bucket, StoredObject } from './bucket.ts';

/** A request of the REST API, path style: `/<bucket>/<key>`. */
export type S3Request = {
  readonly method: string;
  /** Path and query string, as sent. */
  readonly target: string;
};

export type S3Response = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const XML = { 'content-type': 'application/xml' };
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const MAX_KEYS = 1_000;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const escapeXml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const element = (name: string, content: string | number): string => `<${name}>${content}</${name}>`;
const text = (name: string, content: string): string => element(name, escapeXml(content));
const document = (name: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${NAMESPACE}">${content}</${name}>`;

const toTime = (ms: number) => new Date(ms).toISOString();

/** An error as S3 reports it. The SDK throws it under its code. */
export const toErrorResponse = (status: number, code: string, message: string): S3Response => ({
  status,
  headers: XML,
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${text('Code', code)}${text('Message', message)}</Error>`,
});

const listBuckets = (buckets: ReadonlyMap<string, Bucket>): S3Response => {
  const entries = [...buckets.values()].map(({ name, createdAtMs }) =>
    element('Bucket', text('Name', name) + element('CreationDate', toTime(createdAtMs))),
  );
  return { status: 200, headers: XML, body: document('ListAllMyBucketsResult', element('Buckets', entries.join(''))) };
};

const toContents = ({ key, etag, body, modifiedAtMs }: StoredObject): string =>
  element(
    'Contents',
    [
      text('Key', key),
      element('LastModified', toTime(modifiedAtMs)),
      text('ETag', `"${etag}"`),
      element('Size', Buffer.byteLength(body)),
      element('StorageClass', 'STANDARD'),
    ].join(''),
  );

/** A continuation token is the last key of its page, encoded. */
const encodeToken = (key: string) => Buffer.from(key).toString('base64url');
const decodeToken = (token: string) => Buffer.from(token, 'base64url').toString();

const listObjects = (bucket: Bucket, query: URLSearchParams): S3Response => {
  const prefix = query.get('prefix') ?? '';
  const maxKeys = Math.min(Number(query.get('max-keys') ?? MAX_KEYS), MAX_KEYS);
  if (!Number.isInteger(maxKeys) || maxKeys < 1) return toErrorResponse(400, 'InvalidArgument', 'max-keys is invalid.');
  const all = bucket.list(prefix, decodeToken(query.get('continuation-token') ?? ''));
  const page = all.slice(0, maxKeys);
  const last = page.at(-1);
  const isTruncated = all.length > page.length && last !== undefined;
  const content = [
    text('Name', bucket.name),
    text('Prefix', prefix),
    element('KeyCount', page.length),
    element('MaxKeys', maxKeys),
    element('IsTruncated', String(isTruncated)),
    ...(isTruncated ? [text('NextContinuationToken', encodeToken(last.key))] : []),
    ...page.map(toContents),
  ];
  return { status: 200, headers: XML, body: document('ListBucketResult', content.join('')) };
};

const getObject = (bucket: Bucket, key: string): S3Response => {
  const object = bucket.get(key);
  if (!object) return toErrorResponse(404, 'NoSuchKey', 'The specified key does not exist.');
  const headers = {
    'content-type': 'application/octet-stream',
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modifiedAtMs).toUTCString(),
  };
  return { status: 200, headers, body: object.body };
};

/** The parameters of ListObjectsV2 that are implemented. `x-id` only names the operation. */
const LIST_PARAMETERS = ['list-type', 'prefix', 'max-keys', 'continuation-token', 'x-id'];
const OBJECT_PARAMETERS = ['x-id'];

const notImplemented = (what: string) => toErrorResponse(501, 'NotImplemented', `not supported: ${what.slice(0, 100)}`);

const invalidUri = () => toErrorResponse(400, 'InvalidURI', 'The path or the query is malformed.');

/** S3 over a fixed set of buckets: ListBuckets, ListObjectsV2, GetObject and DeleteObject, which the SDK's client calls by path. */
export const createS3 = (buckets: ReadonlyMap<string, Bucket>) => {
  const handle = ({ method, target }: S3Request): S3Response => {
    const url = URL.parse(target, 'http://s3.invalid');
    if (!url) return invalidUri();
    const { pathname, searchParams: query } = url;
    const [, bucketName = '', ...keyParts] = pathname.split('/').map(decodeURIComponent);
    const key = keyParts.join('/');
    const hasOnly = (allowed: readonly string[]) => [...query.keys()].every((name) => allowed.includes(name));
    if (bucketName === '' && method === 'GET' && hasOnly(OBJECT_PARAMETERS)) return listBuckets(buckets);
    const bucket = buckets.get(bucketName);
    if (!bucket) return toErrorResponse(404, 'NoSuchBucket', 'The specified bucket does not exist.');
    const isList = key === '' && query.get('list-type') === '2';
    if (isList && method === 'GET' && hasOnly(LIST_PARAMETERS)) return listObjects(bucket, query);
    if (key === '' || !hasOnly(OBJECT_PARAMETERS)) return notImplemented(`${method} ${target}`);
    if (method === 'GET') return getObject(bucket, key);
    if (method !== 'DELETE') return notImplemented(`${method} ${target}`);
    bucket.delete(key);
    return { status: 204, headers: {}, body: '' };
  };
  return {
    handle(request: S3Request): S3Response {
      try {
        return handle(request);
      } catch (error) {
        // of a percent sign without two digits
        if (!(error instanceof URIError)) throw error;
        return invalidUri();
      }
    },
  };
};
