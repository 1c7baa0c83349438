import type { Caller } from '../service.ts';

/** One call of the service as it went: the partition keys that it named, the units that it cost, and `ok` or the error's name. */
export type Observed = {
  readonly caller: Caller;
  readonly operation: string;
  readonly keys: readonly string[];
  /** `index`: those of the write units that indexes took. */
  readonly units: { readonly read: number; readonly write: number; readonly index: number };
  readonly outcome: string;
  /** Of a transaction that was cancelled: the code of each of its parts. */
  readonly reasons: readonly string[];
};

type Spent = { table: number; indexes: Map<string, number> };

/** Strongly consistent. */
export const readUnits = (bytes: number) => Math.max(1, Math.ceil(bytes / 4096));

/** Adds up what one call costs. */
export class Meter {
  readonly caller: Caller;
  readonly operation: string;
  readonly keys: string[] = [];
  readonly units = { read: 0, write: 0, index: 0 };
  readonly #tables = new Map<string, Spent>();

  constructor(caller: Caller, operation: string) {
    this.caller = caller;
    this.operation = operation;
  }

  spend(kind: 'read' | 'write', table: string, units: number, indexUnits: Iterable<readonly [string, number]> = []) {
    const spent = this.#tables.get(table) ?? { table: 0, indexes: new Map() };
    this.#tables.set(table, spent);
    spent.table += units;
    this.units[kind] += units;
    for (const [index, more] of indexUnits) {
      spent.indexes.set(index, (spent.indexes.get(index) ?? 0) + more);
      this.units[kind] += more;
      if (kind === 'write') this.units.index += more;
    }
  }

  /** As ReturnConsumedCapacity asks for it, by table; `kind` for the calls that tell reads from writes. */
  consumed(mode: unknown, kind?: 'Read' | 'Write') {
    if (mode !== 'TOTAL' && mode !== 'INDEXES') return [];
    const shown = (units: number) => ({ CapacityUnits: units, ...(kind && { [`${kind}CapacityUnits`]: units }) });
    return [...this.#tables].map(([name, { table, indexes }]) => {
      const total = { TableName: name, ...shown([...indexes.values()].reduce((sum, units) => sum + units, table)) };
      if (mode === 'TOTAL') return total;
      const byIndex = Object.fromEntries([...indexes].map(([index, units]) => [index, shown(units)]));
      return { ...total, Table: shown(table), ...(indexes.size > 0 && { GlobalSecondaryIndexes: byIndex }) };
    });
  }
}
