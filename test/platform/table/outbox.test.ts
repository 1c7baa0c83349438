import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Event } from '#platform/messaging/events';
import { mintEvent, outboxAttributes } from '#platform/table/outbox';
import { createTestRuntime } from '../../fixtures/runtime.ts';

const fields = { tenantId: 't' as Event['tenantId'], aggregateId: 'a', version: 3, data: { x: 1 } };
const event = fc
  .uuid()
  .map((id): Event => ({ ...fields, id, type: 'ThingChanged.v1', at: '2026-11-01T00:00:00.000Z' }));
const writes = fc.array(fc.array(event, { maxLength: 2 }), { minLength: 1 });

type Outbox = { readonly v: number; readonly events: readonly Event[] };
/** What the relay publishes of an item's image. */
const publishedOf = ({ v, out }: { readonly v?: unknown; readonly out?: Outbox }) =>
  out && out.v === v ? out.events : [];

it('publishes the events of each write with that write, and never again', () =>
  // Red when `out.v` is not the `v` of the item, or when a write without events carries an `out`.
  fc.assert(
    fc.property(writes, (all) => {
      for (const [i, events] of all.entries()) {
        const v = i + 1;
        const item: { readonly v: number; readonly out?: Outbox } = outboxAttributes(v, events);
        expect(item.v).toBe(v);
        expect(publishedOf(item)).toEqual(events);
        expect('out' in item).toBe(events.length > 0);
        expect(publishedOf({ ...item, v: v + 1 })).toEqual([]);
      }
    }),
  ));

it('mints an event once, with an id and a time of its own', () => {
  const { rt } = createTestRuntime();
  const first = mintEvent(rt, 'ThingChanged.v1', fields);
  expect(first).toEqual({ ...fields, type: 'ThingChanged.v1', id: expect.any(String), at: '2026-11-01T00:00:00.000Z' });
  expect(mintEvent(rt, 'ThingChanged.v1', fields).id).not.toBe(first.id);
});
