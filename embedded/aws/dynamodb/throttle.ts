import { tableArn } from '../arns.ts';
import { type Clock, ServiceError } from '../service.ts';

/** Units that one partition key value of a table, or of one of its indexes, consumes. */
export type Charge = {
  readonly kind: 'read' | 'write';
  readonly table: string;
  /** Undefined for the table itself. */
  readonly index?: string | undefined;
  /** Undefined for a scan, which reads many. */
  readonly partitionKey: string | undefined;
  readonly units: number;
};

/** The units that one partition key value of a table or an index may consume in a second. */
export type PartitionLimits = { readonly writeUnitsPerSecond: number; readonly readUnitsPerSecond: number };

/** What AWS promises for one partition. All items of one key value, and of one value of an index's key, may be in one partition. */
export const AWS_PARTITION_LIMITS: PartitionLimits = { writeUnitsPerSecond: 1_000, readUnitsPerSecond: 3_000 };

const SECOND_MS = 1_000;

/** The text for a table with on-demand capacity, or for one of its indexes, as the SDK documents it. */
export const toThrottlingMessage = ({ index }: Pick<Charge, 'index'>) =>
  index === undefined
    ? 'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or ' +
      'index so please try again shortly. If exceptions persist, check if you have a hot key: ' +
      'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html.'
    : 'Throughput exceeds the current capacity for one or more global secondary indexes. DynamoDB is automatically ' +
      'scaling your index so please try again shortly.';

/** The error of a table with on-demand capacity. Its reason names the table or the index that has too few units left. */
export const throttlingError = (charge: Charge) => {
  const { kind, table, index } = charge;
  const reason = `${index === undefined ? 'Table' : 'Index'}${kind === 'read' ? 'Read' : 'Write'}KeyRangeThroughputExceeded`;
  const resource = index === undefined ? tableArn(table) : `${tableArn(table)}/index/${index}`;
  return new ServiceError('ThrottlingException', toThrottlingMessage(charge), {
    fields: { throttlingReasons: [{ reason, resource }] },
  });
};

const toPartitionName = ({ kind, table, index = '', partitionKey }: Charge) =>
  [kind, table, index, partitionKey].join('\0');

/**
 * Counts the units that each partition key value consumes in each second of the clock. AWS lets a quiet partition consume more for some
 * minutes (burst capacity), but does not promise it, so nothing is saved up here. A request that alone exceeds a second's units
 * passes once its partitions are unused.
 */
export class PartitionThrottle {
  readonly #limits: PartitionLimits;
  readonly #clock: Clock;
  #second = 0;
  /** Of the current second only, so that the memory does not grow with the number of keys. */
  #usedUnits = new Map<string, number>();

  constructor(limits: PartitionLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  #startSecond() {
    const second = Math.floor(this.#clock.now() / SECOND_MS);
    if (second === this.#second) return;
    this.#second = second;
    this.#usedUnits = new Map();
  }

  /** Returns those of the charges whose partition has too few units left for all of them. */
  findExcess(charges: readonly Charge[]): readonly Charge[] {
    this.#startSecond();
    const addedUnits = new Map<string, number>();
    for (const charge of charges) {
      const name = toPartitionName(charge);
      addedUnits.set(name, (addedUnits.get(name) ?? 0) + charge.units);
    }
    return charges.filter((charge) => {
      const name = toPartitionName(charge);
      const used = this.#usedUnits.get(name) ?? 0;
      const { readUnitsPerSecond, writeUnitsPerSecond } = this.#limits;
      const limit = charge.kind === 'read' ? readUnitsPerSecond : writeUnitsPerSecond;
      return used > 0 && used + (addedUnits.get(name) ?? 0) > limit;
    });
  }

  /** Adds the units to those of this second. A scan reads many partitions, and counts for none. */
  record(charges: readonly Charge[]) {
    this.#startSecond();
    for (const charge of charges) {
      if (charge.partitionKey === undefined) continue;
      const name = toPartitionName(charge);
      this.#usedUnits.set(name, (this.#usedUnits.get(name) ?? 0) + charge.units);
    }
  }
}
