import type { Caller } from '../service.ts';

/** One finished call: the partition keys that it named, the units that it consumed, and `ok` or the name of its error. */
export type TableCall = {
  readonly caller: Caller;
  readonly operation: string;
  readonly keys: readonly string[];
  /** `index` is the part of the write units that indexes consumed. */
  readonly units: { readonly read: number; readonly write: number; readonly index: number };
  readonly outcome: string;
  /** The code of each part of a cancelled transaction. */
  readonly reasons: readonly string[];
};

type TableUnits = { table: number; indexes: Map<string, number> };

/** The units of a strongly consistent read. */
export const readUnits = (bytes: number) => Math.max(1, Math.ceil(bytes / 4096));

/** Adds up the capacity units of one call. */
export class Meter {
  readonly caller: Caller;
  readonly operation: string;
  readonly keys: string[] = [];
  readonly units = { read: 0, write: 0, index: 0 };
  readonly #tables = new Map<string, TableUnits>();

  constructor(caller: Caller, operation: string) {
    this.caller = caller;
    this.operation = operation;
  }

  spend(kind: 'read' | 'write', table: string, units: number, indexUnits: Iterable<readonly [string, number]> = []) {
    const tableUnits = this.#tables.get(table) ?? { table: 0, indexes: new Map() };
    this.#tables.set(table, tableUnits);
    tableUnits.table += units;
    this.units[kind] += units;
    for (const [index, added] of indexUnits) {
      tableUnits.indexes.set(index, (tableUnits.indexes.get(index) ?? 0) + added);
      this.units[kind] += added;
      if (kind === 'write') this.units.index += added;
    }
  }

  /** The ConsumedCapacity of the response, by table. Pass `kind` for the calls that report reads and writes separately. */
  consumed(mode: unknown, kind?: 'Read' | 'Write') {
    if (mode !== 'TOTAL' && mode !== 'INDEXES') return [];
    const toUnits = (units: number) => ({ CapacityUnits: units, ...(kind && { [`${kind}CapacityUnits`]: units }) });
    return [...this.#tables].map(([name, { table, indexes }]) => {
      const total = { TableName: name, ...toUnits([...indexes.values()].reduce((sum, units) => sum + units, table)) };
      if (mode === 'TOTAL') return total;
      const byIndex = Object.fromEntries([...indexes].map(([index, units]) => [index, toUnits(units)]));
      return { ...total, Table: toUnits(table), ...(indexes.size > 0 && { GlobalSecondaryIndexes: byIndex }) };
    });
  }
}
