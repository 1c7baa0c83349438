import type { FunctionId } from '#platform/manifest';

/** A message that came into a queue and was received. Moments are numbered in their order. */
export type Delivery = {
  readonly queue: string;
  /** The tenant whose message it is. */
  readonly tenant: string;
  readonly queuedAt: number;
  readonly receivedAt: number;
};
export type Waits = {
  /** The most messages of one tenant that came after a message of another and were received before it. */
  readonly overtaking: number;
  /** The most messages of one tenant that were received while a message of another waited, whenever they came. */
  readonly waitedFor: number;
};

/** The most messages of a tenant that may overtake one of another (invariant 27). */
export const MAX_OVERTAKING = 10;

/** How unfair the queues were: the worst that any message has met with, by any one other tenant, in its queue. */
export const worstWaitsOf = (deliveries: readonly Delivery[]): Waits => {
  const worst = { overtaking: 0, waitedFor: 0 };
  for (const queue of Map.groupBy(deliveries, (delivery) => delivery.queue).values())
    for (const { tenant, queuedAt, receivedAt } of queue) {
      const before = queue.filter(
        (other) => other.tenant !== tenant && other.receivedAt > queuedAt && other.receivedAt < receivedAt,
      );
      for (const messages of Map.groupBy(before, (other) => other.tenant).values()) {
        const overtaking = messages.filter((other) => other.queuedAt > queuedAt).length;
        worst.overtaking = Math.max(worst.overtaking, overtaking);
        worst.waitedFor = Math.max(worst.waitedFor, messages.length);
      }
    }
  return worst;
};

type Batch = { readonly Records?: readonly { readonly body?: string }[] };
type Envelope = { readonly detail?: { readonly tenantId?: string } };

/** Records when each message of a tenant first comes into a queue, and when its consumer first receives it. */
export const createDeliveries = () => {
  const queued = new Map<string, Omit<Delivery, 'receivedAt'>>();
  const received = new Map<string, Delivery>();
  let moments = 0;
  return {
    onQueued(queue: string, body: string) {
      const { tenantId: tenant } = (JSON.parse(body) as Envelope).detail ?? {};
      const name = `${queue} ${body}`;
      moments += 1;
      if (tenant !== undefined && !queued.has(name)) queued.set(name, { queue, tenant, queuedAt: moments });
    },
    onReceived(fn: FunctionId, event: unknown) {
      moments += 1;
      for (const { body } of (event as Batch | undefined)?.Records ?? []) {
        const name = `${fn} ${body}`;
        const delivery = queued.get(name);
        if (delivery && !received.has(name)) received.set(name, { ...delivery, receivedAt: moments });
      }
    },
    /** Messages that are never received do not count. */
    worstWaits: (): Waits => worstWaitsOf([...received.values()]),
  };
};
export type Deliveries = ReturnType<typeof createDeliveries>;
