import { type FunctionId, MAX_RECORD_AGE_SECONDS, type NamedFunction, TABLE } from '#platform/manifest';
import {
  createDynamoDb,
  type DynamoDb,
  type DynamoDbOptions,
  type StreamListener,
  type StreamRecord,
  type TableDefinition,
} from '../aws/dynamodb/dynamodb.ts';
import type { InFlight } from '../aws/in-flight.ts';
import { createStreamReader, type GivenUpBatch, type StreamReader } from '../aws/lambda/stream-source.ts';
import type { RandomSource } from '../aws/random.ts';
import type { Invoker } from './invocation.ts';

const { partitionKey, sortKey, indexes } = TABLE;

const keys = (hash: string, range: string): TableDefinition['KeySchema'] => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

/** The definition of the one table, in the form of CreateTable's input. */
export const tableDefinition = (name: string): TableDefinition => ({
  TableName: name,
  AttributeDefinitions: [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])].map(
    (AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    }),
  ),
  KeySchema: keys(partitionKey, sortKey),
  GlobalSecondaryIndexes: indexes.map(({ name, partitionKey, sortKey, includes }) => ({
    IndexName: name,
    KeySchema: keys(partitionKey, sortKey),
    Projection:
      includes.length > 0
        ? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...includes] }
        : { ProjectionType: 'KEYS_ONLY' },
  })),
});

type Options = DynamoDbOptions & {
  readonly name: string;
  readonly functions: readonly NamedFunction[];
  /** Contexts that stand for other companies' services. A restore of our table does not change theirs. */
  readonly standalone: readonly string[];
  readonly random: RandomSource;
  readonly inFlight: InFlight;
  readonly invoke: Invoker['invokeAndLog'];
  readonly onChange: StreamListener | undefined;
  /** Called with records that a function has failed on until they were too old. */
  readonly onGivenUp: (id: FunctionId, batch: GivenUpBatch) => void;
};

export type TableWithReaders = {
  readonly table: HostTable;
  /** By the function that reads. */
  readonly readers: ReadonlyMap<FunctionId, StreamReader>;
};

/** The filter of the stream's event source: writes that carry events, without deletions. */
const carriesEvents = ({ eventName, dynamodb }: StreamRecord): boolean =>
  eventName !== 'REMOVE' && dynamodb.NewImage?.['out']?.M?.['v'] !== undefined;

export type HostTable = DynamoDb & {
  /** Returns the table to an earlier moment, except for the items of standalone contexts. */
  readonly restoreTo: (at: Date) => void;
};

/** DynamoDB with the table, whose stream goes to the functions that read it. */
export const createTable = (all: Options): TableWithReaders => {
  const { name, functions, standalone, random, inFlight, invoke, onChange, onGivenUp, ...options } = all;
  const readers = new Map(
    functions
      .filter(({ spec }) => spec.streams)
      .map(({ id }) => [
        id,
        createStreamReader({
          ...{ tableName: name, partitionKey, filter: carriesEvents },
          ...{ clock: options.clock, random, inFlight },
          invoke: (event) => invoke(id, event),
          maxRecordAgeMs: MAX_RECORD_AGE_SECONDS * 1_000,
          onGivenUp: (batch) => onGivenUp(id, batch),
        }),
      ]),
  );
  const table = createDynamoDb([tableDefinition(name)], options);
  for (const { onRecord, onRestart } of readers.values()) table.subscribe(onRecord, onRestart);
  if (onChange) table.subscribe(onChange);
  const isRestored = (key: string) => !standalone.some((context) => key.startsWith(`${context}#`));
  const restoreTo = (at: Date) => table.restore(name, { atMs: at.getTime(), isRestored });
  return { table: { ...table, restoreTo }, readers };
};
