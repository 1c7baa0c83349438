import { notSupported } from '../dispatch.ts';
import { type Clock, ServiceError } from '../service.ts';
import type { CapacityMeter } from './capacity.ts';
import type { History } from './history.ts';
import type { Stream } from './stream.ts';
import type { Table } from './table.ts';
import { validationError } from './values.ts';

/** Holds a digest of the actions, because those of ten minutes may exceed the size of the table. */
export type TokenRequest = { readonly receivedAtMs: number; readonly digest: string; isDone: boolean };

/** The state that the operations share. */
export type Engine = {
  readonly tables: ReadonlyMap<string, Table>;
  /** The tables that eventually consistent reads see, if those lag behind. */
  readonly replicas: ReadonlyMap<string, Table>;
  /** The history of each table, if it is kept. */
  readonly histories: ReadonlyMap<string, History>;
  readonly stream: Stream;
  readonly clock: Clock;
  /** Milliseconds from a transaction's start to its commit. */
  readonly transactionLatencyMs: () => number;
  /** The locked items: those of transactions that have started and not yet committed. A restore replaces the set. */
  locks: Set<string>;
  /** The transactions of the last ten minutes by ClientRequestToken, oldest first. */
  readonly tokenRequests: Map<string, TokenRequest>;
};

const TABLE_NAME = /^[\w.-]{3,255}$/;

export const getTable = ({ tables }: Engine, name: unknown): Table => {
  if (typeof name !== 'string' || !TABLE_NAME.test(name)) {
    const rule =
      'must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, ' +
      "'_', '-', and '.'";
    throw validationError(`Invalid table/index name.  Table/index names ${rule}`);
  }
  const table = tables.get(name);
  if (!table) throw new ServiceError('ResourceNotFoundException', 'Cannot do operations on a non-existent table');
  return table;
};

/** Returns the table that a read of this consistency sees. */
export const getTableForRead = ({ replicas }: Engine, table: Table, consistent: boolean | undefined): Table =>
  consistent ? table : (replicas.get(table.name) ?? table);

/** Throws for a parameter that is not implemented, so that none is ignored. */
export const rejectUnsupported = (operation: string, input: object, allowed: readonly string[]) => {
  const other = Object.keys(input).find((name) => !allowed.includes(name));
  if (other) throw notSupported(`DynamoDB.${operation} with ${other}`);
};

export const authorizeKeys = (meter: CapacityMeter, action: string, partitionKeys: readonly string[]) => {
  const { caller } = meter;
  meter.partitionKeys.push(...partitionKeys);
  const reason = caller.findDenial?.(action, partitionKeys);
  if (reason === undefined) return;
  const message = `User: ${caller.name} is not authorized to perform: dynamodb:${action} because ${reason}`;
  throw new ServiceError('AccessDeniedException', message);
};

/** The name of an item's lock. */
export const toLockName = (table: Table, id: string) => `${table.name}\0${id}`;

export const CONFLICT_MESSAGE = 'Transaction is ongoing for the item';
