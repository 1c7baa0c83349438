import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Event } from '#platform/messaging/events';
import { mintEvent, outboxAttributes, updateWithOutbox } from '#platform/table/outbox';
import { world } from './fixtures/world.ts';

const fields = { tenantId: 't' as Event['tenantId'], aggregateId: 'a', version: 3, data: { x: 1 } };
const event = fc
  .uuid()
  .map((id): Event => ({ ...fields, id, type: 'ThingChanged.v1', at: '2026-11-01T00:00:00.000Z' }));
const writes = fc.array(fc.record({ events: fc.array(event, { maxLength: 2 }), asUpdate: fc.boolean() }), {
  minLength: 1,
});
const name = fc.constantFrom('status', 'size', 'note');
const changes = fc.record({
  set: fc.dictionary(name, fc.oneof(fc.integer(), fc.constant(undefined))),
  remove: fc.uniqueArray(fc.constantFrom('gone', 'lost')),
});

/** What the table makes of an update by such an expression. */
const apply = (item: Record<string, unknown>, update: ReturnType<typeof updateWithOutbox>) => {
  const { UpdateExpression, ExpressionAttributeNames: names, ExpressionAttributeValues: values } = update;
  const [, sets = '', removes = ''] = /^SET (.+?)(?: REMOVE (.+))?$/.exec(UpdateExpression) ?? [];
  const next = { ...item };
  for (const set of sets.split(', ')) {
    const [attribute = '', value = ''] = set.split(' = ');
    next[names[attribute] ?? 'unnamed'] = values[value];
  }
  for (const attribute of removes.split(', ').filter(Boolean)) delete next[names[attribute] ?? 'unnamed'];
  return next;
};

/** What the relay publishes of an item's image. */
const published = ({ v, out }: { v?: unknown; out?: { v: number; events: readonly Event[] } }) =>
  out && out.v === v ? out.events : [];

it('publishes the events of each write with that write, and never again', () =>
  // Red when `written` or `updated` keeps the `out` of the write before (no REMOVE), or when `out.v` is not the item's `v`.
  fc.assert(
    fc.property(writes, (all) => {
      let item: Record<string, unknown> = {};
      all.forEach(({ events, asUpdate }, i) => {
        const v = i + 1;
        item = asUpdate ? apply(item, updateWithOutbox(v, events)) : { ...outboxAttributes(v, events) };
        expect(item['v']).toBe(v);
        expect(published(item)).toEqual(events);
        expect('out' in item).toBe(events.length > 0);
        expect(published({ ...item, v: v + 1 })).toEqual([]);
      });
    }),
  ));

it('makes the other changes of an update along with it, and no more', () =>
  // Red when undefined values are set too, or when `remove` is left out where there are events.
  fc.assert(
    fc.property(changes, fc.array(event, { maxLength: 1 }), ({ set, remove }, events) => {
      const before = { status: 'old', size: 'old', note: 'old', gone: 1, lost: 1, out: 'old' };
      const after = apply(before, updateWithOutbox(2, events, { set, remove }));
      const wanted: Record<string, unknown> = { ...before, v: 2 };
      for (const [key, value] of Object.entries(set)) if (value !== undefined) wanted[key] = value;
      for (const key of [...remove, 'out']) delete wanted[key];
      if (events.length > 0) wanted['out'] = { v: 2, events };
      expect(after).toEqual(wanted);
    }),
  ));

it('names no value that its expression does not use, which the table would refuse', () =>
  // Red when ExpressionAttributeNames or -Values are made of more than what the expression sets and removes.
  fc.assert(
    fc.property(changes, fc.array(event, { maxLength: 1 }), (change, events) => {
      const { UpdateExpression, ...maps } = updateWithOutbox(2, events, change);
      const used = new Set(UpdateExpression.match(/[#:]\w+/g));
      expect(new Set(Object.values(maps).flatMap((map) => Object.keys(map)))).toEqual(used);
    }),
  ));

it('mints an event once, with an id and the time of its own', () => {
  const { rt } = world();
  const first = mintEvent(rt, 'ThingChanged.v1', fields);
  expect(first).toEqual({ ...fields, type: 'ThingChanged.v1', id: expect.any(String), at: '2026-11-01T00:00:00.000Z' });
  expect(mintEvent(rt, 'ThingChanged.v1', fields).id).not.toBe(first.id);
});
