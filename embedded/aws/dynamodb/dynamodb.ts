import { tableArn } from '../arns.ts';
import { type Caller, type Clock, type Operation, type Service, ServiceError } from '../service.ts';
import { CapacityMeter, type TableCall } from './capacity.ts';
import { authorizeKeys, type Engine, getTable, rejectUnsupported } from './engine.ts';
import { History, type RestorePoint } from './history.ts';
import type { TableDefinition } from './key-schema.ts';
import { query, scan } from './query.ts';
import { batchGetItem, getItem } from './reads.ts';
import { createReplica, type FindLagMs } from './replica.ts';
import { restoreTable } from './restore.ts';
import { type RestartListener, Stream, type StreamListener } from './stream.ts';
import { Table } from './table.ts';
import { type PartitionLimits, PartitionThrottle } from './throttle.ts';
import { toCancellationReasonCodes, transactGet, transactWrite } from './transactions.ts';
import { executeWrite, type WriteInput } from './writes.ts';

export type { TableCall } from './capacity.ts';
export type { TableDefinition } from './key-schema.ts';
export type { StreamListener, StreamRecord } from './stream.ts';
export { AWS_PARTITION_LIMITS } from './throttle.ts';

export type DynamoDbOptions = {
  readonly clock: Clock;
  /** Milliseconds from a transaction's start to its commit, during which other writes conflict with it. By default 0, one timer. */
  readonly transactionLatencyMs?: (() => number) | undefined;
  /** The lag of eventually consistent reads, such as those of indexes, by partition key. By default they do not lag. */
  readonly replicationLagMs?: FindLagMs | undefined;
  /** Keeps every old image of every item, which `restore` needs. By default false. */
  readonly pointInTimeRecovery?: boolean | undefined;
  /** Throttles calls as AWS does, once a partition key value of a table or of an index has consumed these. By default none is. */
  readonly throttle?: PartitionLimits | undefined;
  /** Called after every call, whether or not it succeeded. */
  readonly onCall?: ((call: TableCall) => void) | undefined;
};

export type DynamoDb = Service & {
  /**
   * Passes every later change to the listener, in order and within the write. `onRestart` is called after a restore, from which no
   * change results. The returned function unsubscribes both.
   */
  readonly subscribe: (listener: StreamListener, onRestart?: RestartListener) => () => void;
  /** Returns a table to an earlier moment, in place. Throws if its history is not kept or does not reach back to that moment. */
  readonly restore: (tableName: string, point: RestorePoint) => void;
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

const describeTable = (engine: Engine, input: { readonly TableName?: string }, meter: CapacityMeter) => {
  rejectUnsupported('DescribeTable', input, ['TableName']);
  const table = getTable(engine, input.TableName);
  authorizeKeys(meter, 'DescribeTable', []);
  return toTableDescription(table);
};

// biome-ignore lint/suspicious/noExplicitAny: each operation declares the input that it takes
type OperationHandler = (input: any, meter: CapacityMeter) => unknown;

/** DynamoDB with these tables, in memory. */
export const createDynamoDb = (tables: readonly TableDefinition[], options: DynamoDbOptions): DynamoDb => {
  const { clock, transactionLatencyMs: latency = () => 0, replicationLagMs: findLagMs, onCall: report } = options;
  const { pointInTimeRecovery = false } = options;
  const throttle = options.throttle && new PartitionThrottle(options.throttle, clock);
  const stream = new Stream();
  const engine: Engine = {
    tables: new Map(tables.map((table) => [table.TableName, new Table(table)])),
    histories: new Map(
      pointInTimeRecovery ? tables.map(({ TableName }) => [TableName, new History(clock.now())] as const) : [],
    ),
    replicas: new Map(
      findLagMs ? tables.map((table) => [table.TableName, createReplica(table, { stream, clock, findLagMs })]) : [],
    ),
    stream,
    clock,
    transactionLatencyMs: latency,
    locks: new Set(),
    tokenRequests: new Map(),
  };
  const handlers: Readonly<Record<string, OperationHandler>> = {
    GetItem: (input, meter) => getItem(engine, input, meter),
    BatchGetItem: (input, meter) => batchGetItem(engine, input, meter),
    Query: (input, meter) => query(engine, input, meter),
    Scan: (input, meter) => scan(engine, input, meter),
    PutItem: (input: WriteInput, meter) => executeWrite(engine, { action: 'PutItem', input, meter }),
    UpdateItem: (input: WriteInput, meter) => executeWrite(engine, { action: 'UpdateItem', input, meter }),
    DeleteItem: (input: WriteInput, meter) => executeWrite(engine, { action: 'DeleteItem', input, meter }),
    TransactWriteItems: (input, meter) => transactWrite(engine, input, meter),
    TransactGetItems: (input, meter) => transactGet(engine, input, meter),
    DescribeTable: (input, meter) => describeTable(engine, input, meter),
  };
  const withMetering =
    (operation: string, handler: OperationHandler): Operation =>
    async (input: unknown, caller: Caller) => {
      const meter = new CapacityMeter(caller, operation, throttle);
      let outcome = 'ok';
      let cancellationReasonCodes: readonly string[] = [];
      try {
        return await handler(input, meter);
      } catch (error) {
        outcome = error instanceof ServiceError ? error.name : 'InternalError';
        cancellationReasonCodes = toCancellationReasonCodes(error);
        throw error;
      } finally {
        report?.({
          caller,
          operation,
          partitionKeys: meter.partitionKeys,
          units: meter.units,
          charges: meter.charges,
          outcome,
          cancellationReasonCodes,
        });
      }
    };
  return {
    targetPrefix: 'DynamoDB_20120810',
    operations: Object.fromEntries(
      Object.entries(handlers).map(([name, handler]) => [name, withMetering(name, handler)]),
    ),
    subscribe: (listener, onRestart) => stream.subscribe(listener, onRestart),
    restore: (tableName, point) => restoreTable(engine, tableName, point),
  };
};
