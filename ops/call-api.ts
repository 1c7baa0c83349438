import type * as z from 'zod/mini';
import type { RouteDefinition } from '#platform/http/route';
import { UserError } from './command-line.ts';

const REQUEST_TIMEOUT_MS = 10_000;

/** Nobody answered a request within its time. */
export class NotAnsweredError extends UserError {}

type Output<Build> = Build extends () => infer S ? (S extends z.ZodMiniType ? z.output<S> : never) : never;
/** The body of a route's success. */
export type SuccessOf<R extends RouteDefinition> = Output<R['responses'][keyof R['responses']]>;
type Input<S> = S extends z.ZodMiniType ? z.input<S> : undefined;

export type ApiCall<R extends RouteDefinition> = {
  readonly params?: Readonly<Record<string, string>>;
  readonly bearer?: string;
  readonly idempotencyKey?: string;
  readonly body?: Input<R['body']>;
};

export type ApiResponse<R extends RouteDefinition> = {
  readonly status: number;
  readonly text: string;
  /** Of a success, as the route states it. */
  readonly success?: SuccessOf<R>;
};

const pathOf = ({ path }: RouteDefinition, params: Readonly<Record<string, string>> = {}): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${path} needs the parameter ${name}`);
    return encodeURIComponent(value);
  });

/** `GET /v1/orders/o1`, of a route with its parameters. */
export const describeCall = <R extends RouteDefinition>(route: R, { params }: ApiCall<R>): string =>
  `${route.method} ${pathOf(route, params)}`;

/** Sends one request to an API of Breakwater. Throws a UserError if it is not answered, or if its success is not as the route states it. */
export const callApi = async <R extends RouteDefinition>(
  url: string,
  route: R,
  call: ApiCall<R> = {},
): Promise<ApiResponse<R>> => {
  const { bearer, idempotencyKey, body } = call;
  const target = `${url.replace(/\/+$/, '')}${pathOf(route, call.params)}`;
  const response = await fetch(target, {
    method: route.method,
    headers: {
      ...(bearer && { authorization: `Bearer ${bearer}` }),
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch((error: Error) => {
    throw new NotAnsweredError(`${route.method} ${target} was not answered: ${reasonOf(error)}`);
  });
  const text = await response.text();
  const { status } = response;
  const schema = route.responses[status]?.();
  if (!schema) return { status, text };
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return { status, text, success: parsed.data as SuccessOf<R> };
  throw new UserError(
    `${describeCall(route, call)} was answered with ${status} and what this version does not know: ${text}`,
  );
};

const reasonOf = (error: Error) => (error.cause instanceof Error ? error.cause.message : error.message);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
