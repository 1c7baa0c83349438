import type { Caller } from '../service.ts';
import { type Charge, type PartitionThrottle, throttlingError } from './throttle.ts';

/** One finished call: the partition keys it used, the units it consumed, and `ok` or the name of its error. */
export type TableCall = {
  readonly caller: Caller;
  readonly operation: string;
  readonly partitionKeys: readonly string[];
  /** `indexWrite` is the part of the write units that indexes consumed. */
  readonly units: { readonly read: number; readonly write: number; readonly indexWrite: number };
  /** The same units by partition key value. */
  readonly charges: readonly Charge[];
  readonly outcome: string;
  /** The cancellation reason code of each action in a cancelled transaction. */
  readonly cancellationReasonCodes: readonly string[];
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
  readonly charges: Charge[] = [];
  readonly #throttle: PartitionThrottle | undefined;

  constructor(caller: Caller, operation: string, throttle?: PartitionThrottle) {
    this.caller = caller;
    this.operation = operation;
    this.#throttle = throttle;
  }

  /** Returns those of the charges whose partition has too few units left in this second. */
  findExcess(charges: readonly Charge[]): readonly Charge[] {
    return this.#throttle?.findExcess(charges) ?? [];
  }

  /** Consumes all of the units, or none and throws ThrottlingException if a partition has too few left in this second. */
  consume(charges: readonly Charge[]) {
    const [excess] = this.findExcess(charges);
    if (excess) throw throttlingError(excess);
    this.#throttle?.record(charges);
    this.charges.push(...charges);
    for (const { kind, index, units } of charges) {
      this.units[kind] += units;
      if (kind === 'write' && index !== undefined) this.units.indexWrite += units;
    }
  }

  #unitsByTable(): ReadonlyMap<string, TableUnits> {
    const tables = new Map<string, TableUnits>();
    for (const { table, index, units } of this.charges) {
      const tableUnits = tables.get(table) ?? { table: 0, indexes: new Map() };
      tables.set(table, tableUnits);
      if (index === undefined) tableUnits.table += units;
      else tableUnits.indexes.set(index, (tableUnits.indexes.get(index) ?? 0) + units);
    }
    return tables;
  }

  /** The ConsumedCapacity of the response, by table. Pass `kind` for operations whose response splits read and write units. */
  toConsumedCapacity(mode: unknown, kind?: 'Read' | 'Write') {
    if (mode !== 'TOTAL' && mode !== 'INDEXES') return [];
    const toUnits = (units: number) => ({ CapacityUnits: units, ...(kind && { [`${kind}CapacityUnits`]: units }) });
    return [...this.#unitsByTable()].map(([name, { table, indexes }]) => {
      const total = { TableName: name, ...toUnits([...indexes.values()].reduce((sum, units) => sum + units, table)) };
      if (mode === 'TOTAL') return total;
      const byIndex = Object.fromEntries([...indexes].map(([index, units]) => [index, toUnits(units)]));
      return { ...total, Table: toUnits(table), ...(indexes.size > 0 && { GlobalSecondaryIndexes: byIndex }) };
    });
  }
}
