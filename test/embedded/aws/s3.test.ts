import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBucket } from '../../../embedded/aws/s3/bucket.ts';
import { createS3 } from '../../../embedded/aws/s3/s3.ts';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';
import { createHost, type Host } from '../../../embedded/host/host.ts';
import { type HttpServer, listen } from '../../../embedded/host/server.ts';
import { sendRaw } from '../../fixtures/aws-call.ts';

const KEYS = ['a/1', 'a/2 <x> & "y"', 'a/größe', 'b/1', 'b/%25?'];

let server: HttpServer;
let host: Host;
let client: S3Client;
const bucket = createBucket('notes', createVirtualClock(Date.UTC(2026, 10, 27)));
const s3 = createS3(new Map([[bucket.name, bucket]]));
const clientWith = (credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }) =>
  new S3Client({ endpoint: server.origin, region: 'us-east-1', forcePathStyle: true, credentials, maxAttempts: 1 });

beforeAll(async () => {
  server = await listen(0);
  host = createHost({ contexts: [], secrets: {}, origin: server.origin });
  server.serve({ ...host, callS3: s3.handle });
  client = clientWith(server.credential);
  for (const key of KEYS) bucket.put(key, `body of ${key}`);
});
afterAll(async () => {
  client.destroy();
  await server.close();
  host.close();
});

describe('S3, called with the SDK’s client', () => {
  it('lists its buckets', async () => {
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets).toEqual([{ Name: 'notes', CreationDate: new Date('2026-11-27T00:00:00Z') }]);
  });

  it('lists objects by prefix, page by page, in the order of their keys', async () => {
    const pages: (readonly string[])[] = [];
    const pagination = { client, pageSize: 2 };
    for await (const { Contents = [] } of paginateListObjectsV2(pagination, { Bucket: 'notes', Prefix: 'a/' }))
      pages.push(Contents.map(({ Key = '' }) => Key));
    expect(pages).toEqual([['a/1', 'a/2 <x> & "y"'], ['a/größe']]);
    const { Contents = [], KeyCount, IsTruncated } = await client.send(new ListObjectsV2Command({ Bucket: 'notes' }));
    expect([Contents.map(({ Key }) => Key), KeyCount, IsTruncated]).toEqual([[...KEYS].sort(), 5, false]);
    expect(Contents[0]).toMatchObject({ Size: 11, LastModified: new Date('2026-11-27T00:00:00Z') });
  });

  it.each(KEYS)('returns and deletes the object %s', async (Key) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'notes', Key }));
    expect(await Body?.transformToString()).toBe(`body of ${Key}`);
    await client.send(new DeleteObjectCommand({ Bucket: 'notes', Key }));
    await client.send(new DeleteObjectCommand({ Bucket: 'notes', Key }));
    expect(bucket.get(Key)).toBeUndefined();
    await expect(client.send(new GetObjectCommand({ Bucket: 'notes', Key }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    bucket.put(Key, `body of ${Key}`);
  });

  it('refuses what it does not have', async () => {
    await expect(client.send(new ListObjectsV2Command({ Bucket: 'other' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    const put = new PutObjectCommand({ Bucket: 'notes', Key: 'c', Body: 'x' });
    await expect(client.send(put)).rejects.toMatchObject({
      name: expect.stringMatching(/^(NotImplemented|InvalidSignature)/),
    });
    expect(bucket.get('c')).toBeUndefined();
    expect(s3.handle({ method: 'PUT', target: '/notes/c' }).status).toBe(501);
    expect(s3.handle({ method: 'GET', target: '/notes?list-type=2&max-keys=no' }).status).toBe(400);
    expect(s3.handle({ method: 'GET', target: '/notes?acl' }).status).toBe(501);
    expect(s3.handle({ method: 'GET', target: '/notes/%zz' }).status).toBe(400);
    expect(s3.handle({ method: 'GET', target: '//' }).status).toBe(400);
  });

  it.each([
    ['an unknown key', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, 'UnrecognizedClientException'],
    ['a wrong secret', { secretAccessKey: 'wrong' }, 'InvalidSignatureException'],
  ])('refuses a call that is signed with %s, and says which credential to use', async (_, change, name) => {
    const stranger = clientWith({ ...server.credential, ...change });
    const call = stranger.send(new ListObjectsV2Command({ Bucket: 'notes' }));
    await expect(call).rejects.toMatchObject({ name, message: expect.stringContaining('.breakwater/') });
    stranger.destroy();
  });

  it('does not take an unsigned request for a call', async () => {
    const { status, text } = await sendRaw(server.origin, { method: 'GET', path: '/notes?list-type=2' });
    expect([status, text]).toEqual([404, expect.not.stringContaining('ListBucketResult')]);
  });
});
