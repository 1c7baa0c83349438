import type { Event } from '#shared/events';
import type { EventType } from '#shared/manifest';
import type { World } from '#shared/runtime';

/**
 * An event, with an id that every repeat of it keeps: it is minted with the write that carries it. It carries on the id of the
 * request that caused the write; where none did, that which the fields bring.
 */
export const mint = <T extends EventType, D>(
  { newId, now, correlation }: Pick<World, 'newId' | 'now' | 'correlation'>,
  type: T,
  { correlationId, ...fields }: Pick<Event<T, D>, 'tenantId' | 'aggregateId' | 'version' | 'correlationId' | 'data'>,
): Event<T, D> => {
  const cause = correlation.id() ?? correlationId;
  return {
    id: newId(),
    type,
    at: now().toISOString(),
    ...fields,
    ...(cause !== undefined && { correlationId: cause }),
  };
};

const out = (v: number, events: readonly Event[]) => (events.length > 0 ? { v, events } : undefined);

/**
 * The part of an item that every write sets: its version, and the events that this write caused. The relay publishes them where
 * `out.v` equals `v`, so that no later write publishes them again.
 */
export const written = (v: number, events: readonly Event[]) => {
  const outgoing = out(v, events);
  return outgoing ? { v, out: outgoing } : { v };
};

export type Changes = {
  /** Attributes to set; those that are undefined stay as they are. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
};

/**
 * The same for an update, with the item's other changes: attribute `a` goes by the names `#a` and `:a`. Spread the maps into
 * larger ones for a condition that needs more names and values.
 */
export const updated = (v: number, events: readonly Event[], { set = {}, remove = [] }: Changes = {}) => {
  const values = Object.entries({ ...set, v, out: out(v, events) }).filter(([, value]) => value !== undefined);
  const removed = events.length > 0 ? remove : [...remove, 'out'];
  const sets = values.map(([name]) => `#${name} = :${name}`).join(', ');
  const removes = removed.map((name) => `#${name}`).join(', ');
  return {
    UpdateExpression: `SET ${sets}${removes && ` REMOVE ${removes}`}`,
    ExpressionAttributeNames: Object.fromEntries(
      [...values.map(([name]) => name), ...removed].map((n) => [`#${n}`, n]),
    ),
    ExpressionAttributeValues: Object.fromEntries(values.map(([name, value]) => [`:${name}`, value])),
  };
};
