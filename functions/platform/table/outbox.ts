import type { EventType } from '#platform/manifest';
import type { Event } from '#platform/messaging/events';
import type { BaseRuntime } from '#platform/runtime/runtime';

/**
 * Creates an event. Its id is minted with the write that carries it, so every repeat of the event keeps it. Its correlation id is
 * that of the current request; where no request caused the write, that of the given fields.
 */
export const mintEvent = <T extends EventType, D>(
  { newId, now, correlation }: Pick<BaseRuntime, 'newId' | 'now' | 'correlation'>,
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

/**
 * The attributes that every write of an aggregate sets: its version `v`, and in `out` the events that this write caused. The relay
 * publishes them where `out.v` equals `v`, so a later write that carries on `out` does not publish them again (ADR 3).
 */
export const outboxAttributes = (version: number, events: readonly Event[]) =>
  events.length > 0 ? { v: version, out: { v: version, events } } : { v: version };
