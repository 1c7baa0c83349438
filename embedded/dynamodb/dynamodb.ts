import { type Caller, type Clock, type Operation, type Service, ServiceError } from '../service.ts';
import { Meter, type Observed } from './capacity.ts';
import { authorize, type Engine, only, tableOf } from './engine.ts';
import { query, scan } from './query.ts';
import { batchGetItem, getItem } from './reads.ts';
import { type Lag, replica } from './replica.ts';
import type { TableDefinition } from './schema.ts';
import { Stream, type StreamListener } from './stream.ts';
import { Table } from './table.ts';
import { cancelledBy, type Requests, transactGet, transactWrite } from './transactions.ts';
import { type WriteInput, write } from './writes.ts';

export type { Observed } from './capacity.ts';
export type { TableDefinition } from './schema.ts';
export type { StreamListener, StreamRecord } from './stream.ts';

export type DynamoDbOptions = {
  readonly clock: Clock;
  /** Milliseconds from a transaction's begin to its commit, in which others are in conflict with it. Default: one turn. */
  readonly latency?: (() => number) | undefined;
  /** How far eventually consistent reads, those of indexes, are behind; not at all by default. */
  readonly lag?: Lag | undefined;
  /** Hears of every call once it has ended. */
  readonly observe?: ((call: Observed) => void) | undefined;
};

export type DynamoDb = Service & {
  /** Hands on every change from now, in order and within the write; the answer ends it. */
  readonly stream: (listener: StreamListener) => () => void;
};

const describe = ({ definition, name, collection, indexes }: Table) => ({
  Table: {
    ...definition,
    TableStatus: 'ACTIVE',
    TableArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`,
    ItemCount: collection.size,
    TableSizeBytes: collection.bytes,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    GlobalSecondaryIndexes: definition.GlobalSecondaryIndexes?.map((index) => ({
      ...index,
      IndexStatus: 'ACTIVE',
      ItemCount: indexes.get(index.IndexName)?.collection.size,
      IndexSizeBytes: indexes.get(index.IndexName)?.collection.bytes,
    })),
  },
});

const describeTable = (engine: Engine, input: { readonly TableName?: string }, meter: Meter) => {
  only('DescribeTable', input, ['TableName']);
  const table = tableOf(engine, input.TableName);
  authorize(meter, 'DescribeTable', []);
  return describe(table);
};

// biome-ignore lint/suspicious/noExplicitAny: each operation names the input that it takes
type Act = (input: any, meter: Meter) => unknown;

/** DynamoDB with these tables, in memory. Each call counts its units, whether or not it succeeds. */
export const dynamoDb = (tables: readonly TableDefinition[], options: DynamoDbOptions): DynamoDb => {
  const { clock, latency = () => 0, lag, observe } = options;
  const stream = new Stream();
  const requests: Requests = new Map();
  const engine: Engine = {
    tables: new Map(tables.map((table) => [table.TableName, new Table(table)])),
    replicas: new Map(lag ? tables.map((table) => [table.TableName, replica(table, stream, clock, lag)]) : []),
    stream,
    clock,
    latency,
    locks: new Set(),
  };
  const acts: Readonly<Record<string, Act>> = {
    GetItem: (input, meter) => getItem(engine, input, meter),
    BatchGetItem: (input, meter) => batchGetItem(engine, input, meter),
    Query: (input, meter) => query(engine, input, meter),
    Scan: (input, meter) => scan(engine, input, meter),
    PutItem: (input: WriteInput, meter) => write(engine, 'PutItem', input, meter),
    UpdateItem: (input: WriteInput, meter) => write(engine, 'UpdateItem', input, meter),
    DeleteItem: (input: WriteInput, meter) => write(engine, 'DeleteItem', input, meter),
    TransactWriteItems: (input, meter) => transactWrite(engine, requests, input, meter),
    TransactGetItems: (input, meter) => transactGet(engine, input, meter),
    DescribeTable: (input, meter) => describeTable(engine, input, meter),
  };
  const metered =
    (operation: string, act: Act): Operation =>
    async (input: unknown, caller: Caller) => {
      const meter = new Meter(caller, operation);
      let outcome = 'ok';
      let reasons: readonly string[] = [];
      try {
        return await act(input, meter);
      } catch (error) {
        outcome = error instanceof ServiceError ? error.name : 'InternalError';
        reasons = cancelledBy(error);
        throw error;
      } finally {
        observe?.({ caller, operation, keys: meter.keys, units: meter.units, outcome, reasons });
      }
    };
  return {
    target: 'DynamoDB_20120810',
    operations: Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, metered(name, act)])),
    stream: (listener) => stream.subscribe(listener),
  };
};
