import { tableArn } from '../arns.ts';
import { type Caller, type Clock, type Operation, type Service, ServiceError } from '../service.ts';
import { Meter, type TableCall } from './capacity.ts';
import { authorizeKeys, type Engine, getTable, rejectUnsupported } from './engine.ts';
import { query, scan } from './query.ts';
import { batchGetItem, getItem } from './reads.ts';
import { createReplica, type ReplicationLag } from './replica.ts';
import type { TableDefinition } from './schema.ts';
import { Stream, type StreamListener } from './stream.ts';
import { Table } from './table.ts';
import { cancellationCodes, type TokenRequests, transactGet, transactWrite } from './transactions.ts';
import { executeWrite, type WriteInput } from './writes.ts';

export type { TableCall } from './capacity.ts';
export type { TableDefinition } from './schema.ts';
export type { StreamListener, StreamRecord } from './stream.ts';

export type DynamoDbOptions = {
  readonly clock: Clock;
  /** Milliseconds from a transaction's start to its commit, during which other writes conflict with it. By default 0, one timer. */
  readonly transactionLatencyMs?: (() => number) | undefined;
  /** How many milliseconds eventually consistent reads, such as those of indexes, lag behind. By default they do not lag. */
  readonly replicationLagMs?: ReplicationLag | undefined;
  /** Called after every call, whether or not it succeeded. */
  readonly onCall?: ((call: TableCall) => void) | undefined;
};

export type DynamoDb = Service & {
  /** Passes every later change to the listener, in order and within the write. The returned function unsubscribes it. */
  readonly subscribe: (listener: StreamListener) => () => void;
};

const toTableDescription = ({ definition, name, collection, indexes }: Table) => ({
  Table: {
    ...definition,
    TableStatus: 'ACTIVE',
    TableArn: tableArn(name),
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
  rejectUnsupported('DescribeTable', input, ['TableName']);
  const table = getTable(engine, input.TableName);
  authorizeKeys(meter, 'DescribeTable', []);
  return toTableDescription(table);
};

// biome-ignore lint/suspicious/noExplicitAny: each operation declares the input that it takes
type OperationHandler = (input: any, meter: Meter) => unknown;

/** DynamoDB with these tables, in memory. */
export const createDynamoDb = (tables: readonly TableDefinition[], options: DynamoDbOptions): DynamoDb => {
  const { clock, transactionLatencyMs: latency = () => 0, replicationLagMs: lag, onCall: observe } = options;
  const stream = new Stream();
  const requests: TokenRequests = new Map();
  const engine: Engine = {
    tables: new Map(tables.map((table) => [table.TableName, new Table(table)])),
    replicas: new Map(lag ? tables.map((table) => [table.TableName, createReplica(table, stream, clock, lag)]) : []),
    stream,
    clock,
    transactionLatencyMs: latency,
    locks: new Set(),
  };
  const handlers: Readonly<Record<string, OperationHandler>> = {
    GetItem: (input, meter) => getItem(engine, input, meter),
    BatchGetItem: (input, meter) => batchGetItem(engine, input, meter),
    Query: (input, meter) => query(engine, input, meter),
    Scan: (input, meter) => scan(engine, input, meter),
    PutItem: (input: WriteInput, meter) => executeWrite(engine, 'PutItem', input, meter),
    UpdateItem: (input: WriteInput, meter) => executeWrite(engine, 'UpdateItem', input, meter),
    DeleteItem: (input: WriteInput, meter) => executeWrite(engine, 'DeleteItem', input, meter),
    TransactWriteItems: (input, meter) => transactWrite(engine, requests, input, meter),
    TransactGetItems: (input, meter) => transactGet(engine, input, meter),
    DescribeTable: (input, meter) => describeTable(engine, input, meter),
  };
  const metered =
    (operation: string, handler: OperationHandler): Operation =>
    async (input: unknown, caller: Caller) => {
      const meter = new Meter(caller, operation);
      let outcome = 'ok';
      let reasons: readonly string[] = [];
      try {
        return await handler(input, meter);
      } catch (error) {
        outcome = error instanceof ServiceError ? error.name : 'InternalError';
        reasons = cancellationCodes(error);
        throw error;
      } finally {
        observe?.({ caller, operation, keys: meter.keys, units: meter.units, outcome, reasons });
      }
    };
  return {
    targetPrefix: 'DynamoDB_20120810',
    operations: Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [name, metered(name, handler)])),
    subscribe: (listener) => stream.subscribe(listener),
  };
};
