import type { RouteDefinition } from '#platform/http/route';

export type Method = RouteDefinition['method'] | 'HEAD';

const ORDER: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'];

/** The method of the route that serves a request: HEAD is GET without a body, which the gateway leaves out. */
export const routeMethodOf = (method: string): string => (method === 'HEAD' ? 'GET' : method);

/** Every method of these routes of one path, as the Allow header lists them. A path with GET also has HEAD (ADR 72). */
export const methodsOf = (routes: readonly Pick<RouteDefinition, 'method'>[]): readonly Method[] =>
  ORDER.filter((method) => routes.some((route) => route.method === routeMethodOf(method)));
