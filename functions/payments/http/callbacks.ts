import { callbackRoute } from '#payments/http/callback.route';
import { httpFunction } from '#shared/http';
import type { Runtime } from '#shared/runtime';

/** No caller has a key here: its route is public, and what it takes is signed. */
const nobody = async () => undefined;

export const callbacks = (rt: Runtime<'db' | 'secrets'>) => httpFunction(rt, nobody, [callbackRoute(rt)]);
