import { notSupported } from '../dispatch.ts';
import { type Clock, ServiceError } from '../service.ts';
import type { Meter } from './capacity.ts';
import type { Stream } from './stream.ts';
import type { Table } from './table.ts';
import { validationError } from './values.ts';

/** The state that the operations share. */
export type Engine = {
  readonly tables: ReadonlyMap<string, Table>;
  /** The tables that eventually consistent reads see, if those lag behind. */
  readonly replicas: ReadonlyMap<string, Table>;
  readonly stream: Stream;
  readonly clock: Clock;
  /** Milliseconds from a transaction's start to its commit. */
  readonly transactionLatencyMs: () => number;
  /** The locked items: those of transactions that have started and not yet committed. */
  readonly locks: Set<string>;
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

/** The table that a read of this consistency sees. */
export const tableForRead = ({ replicas }: Engine, table: Table, consistent: boolean | undefined): Table =>
  consistent ? table : (replicas.get(table.name) ?? table);

/** Throws for a parameter that is not implemented, so that none is ignored. */
export const rejectUnsupported = (operation: string, input: object, allowed: readonly string[]) => {
  const other = Object.keys(input).find((name) => !allowed.includes(name));
  if (other) throw notSupported(`DynamoDB.${operation} with ${other}`);
};

export const authorizeKeys = ({ caller, keys }: Meter, action: string, partitionKeys: readonly string[]) => {
  keys.push(...partitionKeys);
  const reason = caller.findDenial?.(action, partitionKeys);
  if (reason === undefined) return;
  const what = `User: ${caller.name} is not authorized to perform: dynamodb:${action} because ${reason}`;
  throw new ServiceError('AccessDeniedException', what);
};

/** The name of an item's lock. */
export const lockName = (table: Table, id: string) => `${table.name}\0${id}`;

export const CONFLICT_MESSAGE = 'Transaction is ongoing for the item';
