import type * as z from 'zod/mini';
import type { RouteDefinition } from '#platform/http/route';
import { UserError } from './command-line.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** Of a response that is printed. */
const MAX_TEXT_LENGTH = 500;

/** Nobody answered a request within its time, or the response broke off. */
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
  /** The beginning of the body, to be printed. */
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

/**
 * Sends one request to an API of Breakwater, whose URL is one of `toApiUrl`. Throws a UserError if it is not answered, if it is answered with
 * a redirection, or if its success is not as the route states it.
 */
export const callApi = async <R extends RouteDefinition>(
  url: string,
  route: R,
  call: ApiCall<R> = {},
): Promise<ApiResponse<R>> => {
  const { bearer, idempotencyKey, body } = call;
  const target = `${url}${pathOf(route, call.params)}`;
  const { status, location, content } = await fetch(target, {
    method: route.method,
    // a redirected POST would become a GET
    redirect: 'manual',
    headers: {
      ...(bearer && { authorization: `Bearer ${bearer}` }),
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  })
    .then(async (response) => {
      const location = response.headers.get('location');
      return { status: response.status, location, content: await response.text() };
    })
    .catch((error: Error) => {
      throw new NotAnsweredError(`${route.method} ${target} was not answered: ${reasonOf(error)}`);
    });
  if (status >= 300 && status < 400)
    throw new UserError(
      `${route.method} ${target} was answered with ${status}, a redirection to ${location}: give the URL of the API`,
    );
  const text = content.slice(0, MAX_TEXT_LENGTH);
  const schema = route.responses[status]?.();
  if (!schema) return { status, text };
  const value = parseJson(content);
  const parsed = schema.safeParse(value);
  if (parsed.success) return { status, text, success: parsed.data as SuccessOf<R> };
  const described = describeCall(route, call);
  if (!isObject(value))
    throw new UserError(`${described} was answered by something else than Breakwater: check the URL: ${text}`);
  throw new UserError(`${described} was answered with ${status} and what this version does not know: ${text}`);
};

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const reasonOf = (error: Error) => (error.cause instanceof Error ? error.cause.message : error.message);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
