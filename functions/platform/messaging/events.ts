import * as z from 'zod/mini';
import type { TenantId } from '#platform/kernel';
import type { EventType } from '#platform/manifest';
import { InstantSchema, IntegerSchema, StringSchema, TenantIdSchema } from '#platform/schemas';

/**
 * The envelope of every event. It is minted with the write that caused it, so a repeat keeps its id. Order is not guaranteed: consumers
 * compare `version`, the aggregate's version after the write, or their effects commute.
 */
export type Event<T extends EventType = EventType, D = unknown, A extends string = string> = {
  readonly id: string;
  readonly type: T;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly tenantId: TenantId;
  readonly aggregateId: A;
  readonly version: number;
  /** Of the request that caused it, if a request did. */
  readonly correlationId?: string | undefined;
  readonly data: D;
};

export type EventDefinition<T extends EventType = EventType, D = unknown, A extends string = string> = {
  readonly type: T;
  /** Accepts unknown fields, because events may grow. */
  readonly schema: z.ZodMiniType<Event<T, D, A>>;
};

/**
 * Defines an event type: its data, and the ids of its aggregate. The schema is built when it is first used, because most functions
 * that load a definition only send the event (ADR 95).
 */
export const defineEvent = <T extends EventType, S extends z.ZodMiniType, A extends string = string>(
  type: T,
  data: () => S,
  aggregateId: z.ZodMiniType<A> = StringSchema as unknown as z.ZodMiniType<A>,
): EventDefinition<T, z.infer<S>, A> => {
  const buildSchema = () =>
    z.object({
      id: StringSchema,
      type: z.literal(type),
      at: InstantSchema,
      tenantId: TenantIdSchema,
      aggregateId,
      version: IntegerSchema,
      correlationId: z.optional(StringSchema),
      data: data(),
    }) as unknown as z.ZodMiniType<Event<T, z.infer<S>, A>>;
  let schema: ReturnType<typeof buildSchema> | undefined;
  return {
    type,
    get schema() {
      schema ??= buildSchema();
      return schema;
    },
  };
};

export type EventData<E> = E extends EventDefinition<EventType, infer D> ? D : never;
