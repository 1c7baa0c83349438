import type { FunctionId, names } from '#platform/manifest';
import { toInvocationRecord, toObjectKey } from '../aws/lambda/invocation-record.ts';
import { type GivenUpBatch, streamArn } from '../aws/lambda/stream-source.ts';
import { type Bucket, createBucket } from '../aws/s3/bucket.ts';
import type { Clock, Service } from '../aws/service.ts';
import { createParameterStore } from '../aws/ssm/parameters.ts';

type Options = { readonly named: ReturnType<typeof names>; readonly clock: Clock; readonly newId: () => string };

export type GivenUp = {
  readonly bucket: Bucket;
  /** Parameter Store, with the name of the bucket. */
  readonly parameters: Service;
  /** Stores a batch of stream records that a function has failed on for too long. */
  readonly store: (id: FunctionId, batch: GivenUpBatch) => void;
};

/** The bucket of stream records that were given up. Its objects look like those that Lambda writes. */
export const createGivenUp = ({ named, clock, newId }: Options): GivenUp => {
  const bucket = createBucket(`${named.prefix}-given-up`, clock);
  return {
    bucket,
    parameters: createParameterStore(new Map([[named.parameter('given-up-bucket'), bucket.name]])),
    store(id, batch) {
      const nowMs = clock.now();
      const record = toInvocationRecord(batch, {
        ...{ functionName: named.fn(id), streamArn: streamArn(named.table), requestId: newId(), nowMs },
      });
      bucket.put(toObjectKey(batch.shardId, { mappingId: id, id: newId(), nowMs }), JSON.stringify(record));
    },
  };
};
