import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
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

/** Parses an object of the bucket. One that is no invocation record is for a person. */
const parseObject = (key: string, text: string) => {
  try {
    return InvocationRecord.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(`the object ${key} is not an invocation record of Lambda: ${(error as Error).message}`);
  }
};

/**
 * Publishes the events of the stream records that the relay has given up, with their original ids: shard by shard, oldest first. An
 * object is removed only after all of its events were published, so an interruption may publish them again: consumers handle an event
 * twice without harm. Lambda stores whole batches, so it stops at a record that no aggregate wrote, and keeps its object.
 */
export const republishGivenUp = async (account: Account, { since = '', dryRun }: Selection) => {
  const { accountId } = await locate(account);
  const Bucket = account.names.givenUp(accountId);
  const client = new S3Client({ ...account.clientOptions, forcePathStyle: true, requestHandler: TIMEOUTS });
  const publishEntries = createEventPublisher(account);
  let objectCount = 0;
  let eventCount = 0;
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: PREFIX })) {
    for (const { Key = '' } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      const { timestamp, payload } = parseObject(Key, (await Body?.transformToString()) ?? '');
      if (new Date(timestamp).toISOString() < since) continue;
      const events = payload.Records.flatMap((record) => outgoingEvents(record as DynamoDBRecord, account.names.bus));
      const entries = events.map((event) => {
        if ('entry' in event) return event.entry;
        throw new UserError(`the object ${Key} has a record that cannot be published: ${event.reason}`);
      });
      if (!dryRun) {
        await publishEntries(entries);
        await client.send(new DeleteObjectCommand({ Bucket, Key }));
      }
      objectCount += 1;
      eventCount += entries.length;
    }
  }
  return { objectCount, eventCount };
};
