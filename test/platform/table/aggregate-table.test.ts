import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { TenantId } from '#platform/kernel';
import { aggregateTable } from '#platform/table/aggregate-table';
import { mintEvent } from '#platform/table/outbox';
import { type Operation, ServiceError } from '../../../embedded/aws/service.ts';
import { TABLE_NAME } from '../../fixtures/runtime.ts';
import { createTestTable } from '../../fixtures/table.ts';

type Thing = { readonly id: string; readonly state: 'new' | 'used'; readonly note: string; readonly version: number };

const keyOf = (id: string) => ({ pk: `things#t1#thing#${id}`, sk: 'thing' });
const State = z.enum(['new', 'used']);
const ThingItem = z.pipe(
  z.object({ id: z.string(), state: State, note: z.string(), v: z.int() }),
  z.transform(({ v, ...thing }): Thing => ({ ...thing, version: v })),
);
const thing: Thing = { id: 'a', state: 'new', note: '', version: 1 };
const changed: Thing = { ...thing, state: 'used', version: 2 };

const create = (intercept?: (operation: Operation, name: string) => Operation) => {
  const table = createTestTable(intercept && { intercept });
  const writes: (readonly [Thing | undefined, Thing])[] = [];
  const things = aggregateTable<Thing, string>(table.rt, {
    keyOf,
    toItem: ({ version: _, ...rest }) => ({ ...keyOf(rest.id), ...rest }),
    schema: ThingItem,
    guards: ['state'],
    // a change of the note alone publishes nothing
    toEvents: (from, to) => {
      writes.push([from, to]);
      const data = { state: to.state };
      const ids = { tenantId: 't1' as TenantId, aggregateId: to.id, version: to.version };
      return from?.state === to.state ? [] : [mintEvent(table.rt, 'ThingChanged.v1', { ...ids, data })];
    },
  });
  return { ...table, things, writes };
};

let table: ReturnType<typeof create>;
beforeEach(() => {
  table = create();
});
const eventOf = (id: string, { state, version }: Thing) => ({
  ...{ id, type: 'ThingChanged.v1', at: '2026-11-01T00:00:00.000Z', tenantId: 't1', aggregateId: 'a', version },
  data: { state },
});

describe('find', () => {
  it('returns the stored aggregate, or undefined', async () => {
    await table.things.putIfAbsent(thing);
    expect(await table.things.find('a')).toEqual(thing);
    expect(await table.things.find('b')).toBeUndefined();
  });

  it('reads strongly', async () => {
    const reads: unknown[] = [];
    const { things } = create((operation, name) => (input, caller) => {
      if (name === 'GetItem') reads.push([input.Key.pk.S, input.ConsistentRead]);
      return operation(input, caller);
    });
    await things.find('a');
    expect(reads).toEqual([[keyOf('a').pk, true]]);
  });

  it('throws an error that names an item which does not match the schema', async () => {
    await table.rt.db.send(
      new PutCommand({ TableName: TABLE_NAME, Item: { ...keyOf('a'), id: 'a', state: 'old', v: 1 } }),
    );
    await expect(table.things.find('a')).rejects.toThrow(
      /^the item things#t1#thing#a does not match .*state: .*note: /,
    );
  });
});

describe('putIfAbsent', () => {
  it('stores a new aggregate with the events of its creation', async () => {
    expect(await table.things.putIfAbsent(thing)).toEqual(thing);
    expect(table.writes).toEqual([[undefined, thing]]);
    expect(await table.itemAt(keyOf('a'))).toEqual({
      ...{ ...keyOf('a'), id: 'a', state: 'new', note: '', v: 1 },
      out: { v: 1, events: [eventOf('id-1', thing)] },
    });
  });

  it('returns the stored aggregate where one exists, in one call and without a write', async () => {
    await table.things.putIfAbsent(thing);
    table.calls.length = 0;
    table.records.length = 0;
    expect(await table.things.putIfAbsent({ ...thing, note: 'another' })).toEqual(thing);
    expect(table.operations()).toEqual(['PutItem']);
    expect(table.records).toEqual([]);
  });

  it('stores one of several at the same time, and returns that one to all', async () => {
    const results = await Promise.all(['x', 'y', 'z'].map((note) => table.things.putIfAbsent({ ...thing, note })));
    expect(new Set(results.map(({ note }) => note)).size).toBe(1);
    expect(await table.things.find('a')).toEqual(results[0]);
  });
});

describe('update', () => {
  it('stores the new version with the events of the change', async () => {
    await table.things.putIfAbsent(thing);
    expect(await table.things.update(thing, changed)).toBe(true);
    expect(table.writes[1]).toEqual([thing, changed]);
    expect(await table.itemAt(keyOf('a'))).toMatchObject({
      ...{ state: 'used', v: 2 },
      out: { v: 2, events: [eventOf('id-2', changed)] },
    });
  });

  it('drops the events of the write before, also where it has none itself', async () => {
    await table.things.putIfAbsent(thing);
    expect(await table.things.update(thing, { ...thing, note: 'n', version: 2 })).toBe(true);
    expect(await table.itemAt(keyOf('a'))).not.toHaveProperty('out');
  });

  it.each([
    ['the version is another', { ...thing, version: 2 }],
    ['a guarded attribute is another', { ...thing, state: 'used' as const }],
  ])('is refused where %s', async (_, from) => {
    await table.things.putIfAbsent(thing);
    expect(await table.things.update(from, { ...changed, version: 3 })).toBe(false);
    expect(await table.things.find('a')).toEqual(thing);
  });

  it('is refused where the aggregate does not exist', async () => {
    expect(await table.things.update(thing, changed)).toBe(false);
    expect(await table.things.find('a')).toBeUndefined();
  });

  it('does not compare attributes without a guard', async () => {
    await table.things.putIfAbsent(thing);
    expect(await table.things.update({ ...thing, note: 'another' }, changed)).toBe(true);
  });

  it.each([
    ['undefined', undefined],
    ['of version 0', { ...thing, version: 0 }],
  ])('from an aggregate %s requires that none exists', async (_, from) => {
    expect(await table.things.update(from, thing)).toBe(true);
    expect(await table.things.update(from, { ...thing, note: 'another' })).toBe(false);
    expect(await table.things.find('a')).toEqual(thing);
  });

  it('succeeds once among competing updates', async () => {
    await table.things.putIfAbsent(thing);
    const updates = ['x', 'y', 'z'].map((note) => table.things.update(thing, { ...changed, note }));
    expect((await Promise.all(updates)).filter(Boolean)).toHaveLength(1);
  });

  it('succeeds where only the response of its write was lost', async () => {
    let puts = 0;
    const { things } = create((operation, name) => async (input, caller) => {
      const response = await operation(input, caller);
      if (name === 'PutItem' && ++puts === 2) throw new ServiceError('ThrottlingException', 'Rate exceeded');
      return response;
    });
    await things.putIfAbsent(thing);
    expect(await things.update(thing, changed)).toBe(true);
    expect(puts).toBe(2);
  });
});

describe('a table with its version in the attribute `version`', () => {
  type Counter = { readonly id: string; readonly count: number; readonly version: number };
  const first: Counter = { id: 'c', count: 1, version: 1 };

  it('stores it there, without an outbox, and updates only that version', async () => {
    const { rt, itemAt } = table;
    const counters = aggregateTable<Counter, string>(rt, {
      keyOf,
      toItem: ({ version: _, ...rest }) => ({ ...keyOf(rest.id), ...rest }),
      schema: z.object({ id: z.string(), count: z.int(), version: z.int() }),
      versionAttribute: 'version',
    });
    expect(await counters.update(undefined, first)).toBe(true);
    expect(await itemAt(keyOf('c'))).toEqual({ ...keyOf('c'), ...first });
    expect(await counters.update(first, { ...first, count: 2, version: 2 })).toBe(true);
    expect(await counters.update(first, { ...first, count: 3, version: 2 })).toBe(false);
    expect(await counters.find('c')).toEqual({ id: 'c', count: 2, version: 2 });
  });
});
