import { functionArn } from '../arns.ts';
import type { GivenUpBatch } from './stream-source.ts';

type Context = {
  readonly functionName: string;
  readonly streamArn: string;
  readonly requestId: string;
  readonly nowMs: number;
};

const toTime = (ms: number) => new Date(ms).toISOString();

/**
 * What Lambda stores in S3 of stream records that it has given up. The form is that of AWS's documentation ("Retaining discarded batches
 * for a DynamoDB event source"), read and not run on AWS: `payload` is the event as escaped JSON. Lambda omits `responseContext` where the
 * function was never invoked.
 */
export const toInvocationRecord = ({ shardId, records, event, invokeCount }: GivenUpBatch, context: Context) => {
  const arrivals = records.map(({ dynamodb }) => toTime(dynamodb.ApproximateCreationDateTime * 1_000));
  const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
  return {
    requestContext: {
      requestId: context.requestId,
      functionArn: functionArn(context.functionName),
      condition: 'RecordAgeExceeded',
      approximateInvokeCount: invokeCount,
    },
    ...(invokeCount > 0 && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    }),
    version: '1.0',
    timestamp: toTime(context.nowMs),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: numbers[0],
      endSequenceNumber: numbers.at(-1),
      approximateArrivalOfFirstRecord: arrivals[0],
      approximateArrivalOfLastRecord: arrivals.at(-1),
      batchSize: records.length,
      streamArn: context.streamArn,
    },
    payload: JSON.stringify(event),
  };
};

type KeyParts = { readonly mappingId: string; readonly id: string; readonly nowMs: number };

/** The key of the object: `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<id>`. */
export const toObjectKey = (shardId: string, { mappingId, id, nowMs }: KeyParts): string => {
  const time = toTime(nowMs).slice(0, 19).replaceAll(':', '.');
  return `aws/lambda/${mappingId}/${shardId}/${time.slice(0, 10).replaceAll('-', '/')}/${time}-${id}`;
};
