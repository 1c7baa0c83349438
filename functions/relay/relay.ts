import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { outgoing } from '#relay/outbox';
import { publish } from '#relay/publish';
import type { Runtime } from '#shared/runtime';

const MARGIN_MS = 2_000;

/**
 * The table's stream goes to the bus, at least once and in order up to here. Where an event cannot be published the batch is
 * redelivered from its record on; repeats keep their ids.
 */
export const relay = (rt: Runtime<'bus'>) => {
  const bus = rt.env('BUS_NAME');
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(rt.logger, { resetKeys: true }))
    .handler(async ({ Records }, context) => {
      const entries = Records.flatMap((record) => outgoing(record, bus).map((entry) => ({ record, entry })));
      const until = rt.now().getTime() + context.getRemainingTimeInMillis() - MARGIN_MS;
      const failed = await publish(
        rt,
        entries.map(({ entry }) => entry),
        until,
      );
      if (failed === undefined) return { batchItemFailures: [] };
      const itemIdentifier = entries[failed]?.record.dynamodb?.SequenceNumber;
      // an answer without it would say that all went well
      if (!itemIdentifier) throw new Error('the record of an event that could not be published has no sequence number');
      return { batchItemFailures: [{ itemIdentifier }] };
    });
};
