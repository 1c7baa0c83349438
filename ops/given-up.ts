import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod';
import { outgoingEvents } from '#relay/stream-record';
import type { Account } from './account.ts';
import { UserError } from './command-line.ts';
import { createEventPublisher } from './event-publisher.ts';
import { locate } from './queues.ts';

/** Where Lambda puts what it has given up. */
const PREFIX = 'aws/lambda/';
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

const StreamEvent = z.object({ Records: z.array(z.looseObject({})) });
/** The payload is the event as escaped JSON, by AWS's documentation; the event itself is taken, too. */
const Payload = z.union([
  StreamEvent,
  z
    .string()
    .transform((text) => JSON.parse(text))
    .pipe(StreamEvent),
]);
const InvocationRecord = z.object({ timestamp: z.iso.datetime(), payload: Payload });

type Selection = { readonly since?: string | undefined; readonly dryRun: boolean };

/** The events of an object of the bucket, and why others of its records have none. An object of another form is for a person. */
const readObject = (text: string, bus: string) => {
  const { timestamp, payload } = InvocationRecord.parse(JSON.parse(text));
  const events = payload.Records.flatMap((record) => outgoingEvents(record as DynamoDBRecord, bus));
  return {
    givenUpAt: new Date(timestamp).toISOString(),
    entries: events.flatMap((event) => ('entry' in event ? [event.entry] : [])),
    problems: events.flatMap((event) => ('entry' in event ? [] : [`a record cannot be published: ${event.reason}`])),
  };
};

/** The name of the bucket, which does not follow from the stage's. */
const findBucket = async ({ names, clientOptions }: Account): Promise<string> => {
  const Name = names.parameter('given-up-bucket');
  const { Parameter } = await new SSMClient(clientOptions).send(new GetParameterCommand({ Name }));
  if (Parameter?.Value) return Parameter.Value;
  throw new UserError(`the parameter ${Name} has no value: deploy the relay`);
};

type Republished = {
  readonly objectCount: number;
  readonly eventCount: number;
  /** Why objects stay in the bucket: each a line that names its object. */
  readonly problems: readonly string[];
};

/**
 * Publishes the events of the stream records that the relay has given up, with their original ids: shard by shard, oldest first. An
 * object is removed only after all of its events were published, so an interruption may publish them again: consumers handle an event
 * twice without harm. An object with a record that can never be published stays; its other records and the other objects are published.
 */
export const republishGivenUp = async (account: Account, { since = '', dryRun }: Selection): Promise<Republished> => {
  const [{ accountId: ExpectedBucketOwner }, Bucket] = await Promise.all([locate(account), findBucket(account)]);
  const where = { Bucket, ExpectedBucketOwner };
  const client = new S3Client({ ...account.clientOptions, forcePathStyle: true, requestHandler: TIMEOUTS });
  const publishEntries = createEventPublisher(account);
  const problems: string[] = [];
  let objectCount = 0;
  let eventCount = 0;

  const readOrKeep = async (Key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ ...where, Key }));
    const text = (await Body?.transformToString()) ?? '';
    try {
      return readObject(text, account.names.bus);
    } catch (error) {
      problems.push(`${Key}: this is not an invocation record of Lambda: ${(error as Error).message}`);
      return undefined;
    }
  };
  const republishObject = async (Key: string) => {
    const object = await readOrKeep(Key);
    if (!object || object.givenUpAt < since) return;
    const refusals = dryRun ? [] : await publishEntries(object.entries);
    const reasons = [...object.problems, ...refusals];
    problems.push(...reasons.map((reason) => `${Key}: ${reason}`));
    if (!dryRun && reasons.length === 0) await client.send(new DeleteObjectCommand({ ...where, Key }));
    objectCount += 1;
    eventCount += object.entries.length - refusals.length;
  };

  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { ...where, Prefix: PREFIX }))
      for (const { Key = '' } of Contents) await republishObject(Key);
  } catch (error) {
    // every further object would fail in the same way
    problems.push((error as Error).message);
  }
  return { objectCount, eventCount, problems };
};
