import * as z from 'zod/mini';
import type { TenantId } from '#platform/kernel';
import type { EventType } from '#platform/manifest';

/**
 * What every event says beside its data. Minted with the write that caused it, so that a repeat keeps its id. Order is not
 * guaranteed: consumers compare `version`, that of the aggregate after the write, or commute.
 */
export type Event<T extends EventType = EventType, D = unknown> = {
  readonly id: string;
  readonly type: T;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly tenantId: TenantId;
  readonly aggregateId: string;
  readonly version: number;
  /** Of the request that caused it; events from before there were such ids have none. */
  readonly correlationId?: string | undefined;
  readonly data: D;
};

export type EventDefinition<T extends EventType = EventType, D = unknown> = {
  readonly type: T;
  /** Accepts fields that it does not know: events may grow. */
  readonly schema: z.ZodMiniType<Event<T, D>>;
};

export const defineEvent = <T extends EventType, S extends z.ZodMiniType>(
  type: T,
  data: S,
): EventDefinition<T, z.infer<S>> => ({
  type,
  schema: z.object({
    id: z.string(),
    type: z.literal(type),
    at: z.iso.datetime(),
    tenantId: z.string(),
    aggregateId: z.string(),
    version: z.int(),
    correlationId: z.optional(z.string()),
    data,
  }) as unknown as z.ZodMiniType<Event<T, z.infer<S>>>,
});

export type EventData<E> = E extends EventDefinition<EventType, infer D> ? D : never;
