import { resumeOrderRoute } from '#orders/http/resume-order.route';
import { httpFunction } from '#shared/http';
import type { Runtime } from '#shared/runtime';
import { keyOrOperator } from '#tenants/published';

export const operate = (rt: Runtime<'db' | 'secrets'>) => httpFunction(rt, keyOrOperator(rt), [resumeOrderRoute(rt)]);
