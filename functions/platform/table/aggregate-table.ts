import type * as z from 'zod/mini';
import type { Event } from '#platform/messaging/events';
import type { Runtime } from '#platform/runtime/runtime';
import type { Item, Key } from '#platform/table/batch-get';
import { getItem } from '#platform/table/get-item';
import { outboxAttributes } from '#platform/table/outbox';
import { parseItem } from '#platform/table/parse-item';
import { type Condition, IF_ABSENT, putIf, putIfAbsent } from '#platform/table/put';

export type Aggregate = { readonly version: number };

type Definition<A extends Aggregate, Id> = {
  readonly keyOf: (id: Id) => Key;
  /** The item's attributes, without key, version and outbox. */
  readonly toItem: (aggregate: A) => Item & Key;
  /** Parses an item's attributes into the aggregate. */
  readonly schema: z.ZodMiniType<A>;
  /** What a write publishes. `from` is undefined for a new aggregate. */
  readonly toEvents?: (from: A | undefined, to: A) => readonly Event[];
  /** Attributes that an update requires to be unchanged, beside the version. */
  readonly guards?: readonly (keyof A & string)[];
  /** The attribute that holds the version. Default `v`. */
  readonly versionAttribute?: 'v' | 'version';
};

export type AggregateTable<A extends Aggregate, Id> = {
  /** Reads strongly. */
  readonly find: (id: Id) => Promise<A | undefined>;
  /** Stores a new aggregate with its events unless one exists under its key; returns the stored one: this very object, if it is new. */
  readonly putIfAbsent: (aggregate: A) => Promise<A>;
  /**
   * Stores `to` with the events of the change, on condition that `from` is unchanged. `from` undefined or of version 0 requires
   * that none exists. False where the condition does not hold.
   */
  readonly update: (from: A | undefined, to: A) => Promise<boolean>;
};

/**
 * An aggregate in one item: read strongly, parsed by its schema, written only by conditional puts that carry its events (ADR 3).
 */
export const aggregateTable = <A extends Aggregate, Id>(
  rt: Runtime<'db'>,
  { keyOf, toItem, schema, toEvents = () => [], guards = [], versionAttribute = 'v' }: Definition<A, Id>,
): AggregateTable<A, Id> => {
  const item = (from: A | undefined, to: A): Item =>
    versionAttribute === 'v'
      ? { ...toItem(to), ...outboxAttributes(to.version, toEvents(from, to)) }
      : { ...toItem(to), version: to.version };

  const ifUnchanged = (from: A): Condition => ({
    ConditionExpression: [versionAttribute, ...guards].map((name) => `#${name} = :${name}`).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries([versionAttribute, ...guards].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      [`:${versionAttribute}`]: from.version,
      ...Object.fromEntries(guards.map((name) => [`:${name}`, from[name]])),
    },
  });

  return {
    async find(id) {
      const existing = await getItem(rt, keyOf(id));
      return existing && parseItem(schema, existing);
    },

    async putIfAbsent(aggregate) {
      const existing = await putIfAbsent(rt, item(undefined, aggregate));
      return existing ? parseItem(schema, existing) : aggregate;
    },

    update: async (from, to) => putIf(rt, item(from, to), from && from.version > 0 ? ifUnchanged(from) : IF_ABSENT),
  };
};
