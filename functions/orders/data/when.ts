import type { When } from '#orders/app/ports';
import type { World } from '#shared/runtime';

/** The time, and what the stage makes of it. */
export const when = (rt: World): When => ({ now: () => rt.now().toISOString(), limits: rt.times });
