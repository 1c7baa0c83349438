import { notSupported } from '../sdk.ts';
import { type Clock, ServiceError } from '../service.ts';
import type { Meter } from './capacity.ts';
import type { Stream } from './stream.ts';
import type { Table } from './table.ts';
import { invalid } from './values.ts';

/** What the operations share. */
export type Engine = {
  readonly tables: ReadonlyMap<string, Table>;
  /** What eventually consistent reads see, where that is behind. */
  readonly replicas: ReadonlyMap<string, Table>;
  readonly stream: Stream;
  readonly clock: Clock;
  /** Milliseconds from a transaction's begin to its commit. */
  readonly latency: () => number;
  /** The items of transactions that have begun and not yet ended. */
  readonly locks: Set<string>;
};

const TABLE_NAME = /^[\w.-]{3,255}$/;

export const tableOf = ({ tables }: Engine, name: unknown): Table => {
  if (typeof name !== 'string' || !TABLE_NAME.test(name)) {
    const rule =
      'must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, ' +
      "'_', '-', and '.'";
    throw invalid(`Invalid table/index name.  Table/index names ${rule}`);
  }
  const table = tables.get(name);
  if (!table) throw new ServiceError('ResourceNotFoundException', 'Cannot do operations on a non-existent table');
  return table;
};

/** The table as a read sees it. */
export const seenBy = ({ replicas }: Engine, table: Table, consistent: boolean | undefined): Table =>
  consistent ? table : (replicas.get(table.name) ?? table);

/** Throws for a parameter that the embedded host would have to ignore. */
export const only = (operation: string, input: object, allowed: readonly string[]) => {
  const other = Object.keys(input).find((name) => !allowed.includes(name));
  if (other) throw notSupported(`DynamoDB.${operation} with ${other}`);
};

export const authorize = ({ caller, keys }: Meter, action: string, partitionKeys: readonly string[]) => {
  keys.push(...partitionKeys);
  const reason = caller.refuses?.(action, partitionKeys);
  if (reason === undefined) return;
  const what = `User: ${caller.name} is not authorized to perform: dynamodb:${action} because ${reason}`;
  throw new ServiceError('AccessDeniedException', what);
};

/** The name under which an item is locked. */
export const lockOf = (table: Table, id: string) => `${table.name}\0${id}`;

export const CONFLICT = 'Transaction is ongoing for the item';
