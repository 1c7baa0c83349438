import type { Caller } from '../service.ts';

/** One finished call: the partition keys it used, the units it consumed, and `ok` or the name of its error. */
export type TableCall = {
  readonly caller: Caller;
  readonly operation: string;
  readonly partitionKeys: readonly string[];
  /** `indexWrite` is the part of the write units that indexes consumed. */
  readonly units: { readonly read: number; readonly write: number; readonly indexWrite: number };
  readonly outcome: string;
  /** The cancellation reason code of each action in a cancelled transaction. */
  readonly cancellationReasonCodes: readonly string[];
};

type AddedUnits = {
  readonly kind: 'read' | 'write';
  readonly table: string;
  /** Without those of the indexes. */
  readonly units: number;
  readonly indexUnits?: Iterable<readonly [index: string, units: number]>;
};

type TableUnits = { table: number; indexes: Map<string, number> };

/** The units of a strongly consistent read. */
export const toReadUnits = (bytes: number) => Math.max(1, Math.ceil(bytes / 4096));

/** Adds up the capacity units of one call. */
export class CapacityMeter {
  readonly caller: Caller;
  readonly operation: string;
  readonly partitionKeys: string[] = [];
  readonly units = { read: 0, write: 0, indexWrite: 0 };
  readonly #tables = new Map<string, TableUnits>();

  constructor(caller: Caller, operation: string) {
    this.caller = caller;
    this.operation = operation;
  }

  addUnits({ kind, table, units, indexUnits = [] }: AddedUnits) {
    const tableUnits = this.#tables.get(table) ?? { table: 0, indexes: new Map() };
    this.#tables.set(table, tableUnits);
    tableUnits.table += units;
    this.units[kind] += units;
    for (const [index, added] of indexUnits) {
      tableUnits.indexes.set(index, (tableUnits.indexes.get(index) ?? 0) + added);
      this.units[kind] += added;
      if (kind === 'write') this.units.indexWrite += added;
    }
  }

  /** The ConsumedCapacity of the response, by table. Pass `kind` for operations whose response splits read and write units. */
  toConsumedCapacity(mode: unknown, kind?: 'Read' | 'Write') {
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
