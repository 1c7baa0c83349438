import type { OrderClock } from '#orders/use-cases/ports';
import type { BaseRuntime } from '#platform/runtime/runtime';

export const orderClock =
  (rt: BaseRuntime): OrderClock =>
  () => ({ at: rt.now().toISOString(), limits: rt.times });
