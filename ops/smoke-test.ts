import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toApiUrl } from './api-url.ts';
import { UserError } from './command-line.ts';

const REQUEST_TIMEOUT_MS = 10_000;
const INTERVAL_MS = 1_000;
/** The gateway keys of a new API count only after a while, and until then it answers 503. */
const READY_WITHIN_MS = 180_000;
/** Of a response that is printed. */
const MAX_TEXT_LENGTH = 500;
/** A workflow is started, and calls the provider, within seconds. */
const CONFIRMED_WITHIN_MS = 60_000;

const SKU = 'smoke-test';

export type SmokeTest = {
  readonly url: string;
  readonly operatorKey: string;
  /** Pays the order. Without one no order is placed, because a real provider charges real money. */
  readonly token?: string | undefined;
  readonly onStep: (text: string) => void;
  /** Default 180 s and 60 s, in milliseconds. */
  readonly readyWithinMs?: number;
  readonly confirmedWithinMs?: number;
};

type Call = {
  /** `GET /v1/orders`. */
  readonly route: string;
  readonly bearer?: string;
  readonly key?: string;
  readonly body?: object;
};
// biome-ignore lint/suspicious/noExplicitAny: the body of any route
type Response = { readonly status: number; readonly text: string; readonly body: any };

/**
 * Places an order over HTTP as a client does, and follows it until it is confirmed. It leaves a tenant that is named "Smoke test", with one
 * product and one order more; the API key that it makes is revoked at the end, also after a failure. It can be repeated.
 */
export const smokeTest = async (options: SmokeTest): Promise<void> => {
  const {
    operatorKey,
    token,
    onStep,
    readyWithinMs = READY_WITHIN_MS,
    confirmedWithinMs = CONFIRMED_WITHIN_MS,
  } = options;
  const url = toApiUrl(options.url);

  const send = async ({ route, bearer, key, body }: Call): Promise<Response> => {
    const [method = '', path = ''] = route.split(' ');
    const request = `${method} ${url}${path}`;
    const { status, location, text } = await fetch(`${url}${path}`, {
      method,
      // a redirected POST would become a GET
      redirect: 'manual',
      headers: {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(key && { 'idempotency-key': key }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
      .then(async (response) => {
        const location = response.headers.get('location');
        return { status: response.status, location, text: await response.text() };
      })
      .catch((error: Error) => {
        throw new UserError(`${request} was not answered: ${describe(error)}`);
      });
    if (status >= 300 && status < 400)
      throw new UserError(
        `${request} was answered with ${status}, a redirection to ${location}: give the URL of the API`,
      );
    return { status, text: text.slice(0, MAX_TEXT_LENGTH), body: parseJson(text) };
  };
  const expectStatus = async (statuses: readonly number[], call: Call) => {
    const { status, text, body } = await send(call);
    if (!statuses.includes(status))
      throw new UserError(`${call.route} was answered with ${status} instead of ${statuses.join(' or ')}: ${text}`);
    if (isObject(body)) return body;
    throw notBreakwater(call, text);
  };
  /** Repeats the request until its response is as expected. The last one is named if none was. */
  const waitFor = async (
    call: Call,
    { isExpected, what, withinMs }: { isExpected: (response: Response) => boolean; what: string; withinMs: number },
  ): Promise<Response> => {
    const until = Date.now() + withinMs;
    for (;;) {
      const response = await send(call);
      if (isExpected(response)) return response;
      if (response.status === 200 && !isObject(response.body)) throw notBreakwater(call, response.text);
      if (Date.now() >= until)
        throw new UserError(
          `${what} within ${withinMs / 1_000} s; the last answer was ${response.status} ${response.text}`,
        );
      await sleep(INTERVAL_MS);
    }
  };

  await waitFor(
    { route: 'GET /v1/health/ready' },
    {
      isExpected: ({ status, body }) => status === 200 && body?.status === 'ok',
      ...{ what: 'the API was not ready', withinMs: readyWithinMs },
    },
  );
  onStep('the API and all of its dependencies are ready');
  const createTenant = { route: 'POST /v1/tenants', bearer: operatorKey, key: SKU, body: { name: 'Smoke test' } };
  await waitFor(createTenant, {
    isExpected: ({ status }) => status !== 503,
    ...{ what: "the API did not take the operator's key", withinMs: readyWithinMs },
  });
  const tenant = await expectStatus([201], createTenant);
  const keys = `/v1/tenants/${tenant.id}/keys`;
  const run = randomUUID();
  const key = await expectStatus([201], {
    ...{ route: `POST ${keys}`, bearer: operatorKey, key: run, body: { name: `smoke ${run}` } },
  });
  onStep(`the operator made a key for the tenant ${tenant.id}`);
  let failure: Error | undefined;
  try {
    const bearer: string = key.apiKey;
    await expectStatus([401], { route: 'GET /v1/orders', bearer: `${bearer}x` });
    onStep('a wrong key is refused');
    const product = { name: 'Smoke test', price: { amount: 100, currency: 'EUR' } };
    await expectStatus([200, 201], { route: `PUT /v1/products/${SKU}`, bearer, body: product });
    const stock = { bearer, key: run, body: { delta: 1, reason: 'received' } };
    await expectStatus([201], { route: `POST /v1/inventory/${SKU}/adjustments`, ...stock });
    onStep('a product has stock');
    if (token === undefined) {
      onStep('no order was placed, because that would charge a payment: give --token, a test token of your provider');
      return;
    }
    const lines = [{ sku: SKU, quantity: 1 }];
    const order = await expectStatus([202], {
      ...{ route: 'POST /v1/orders', bearer, key: run },
      body: { lines, customer: { email: 'smoke-test@example.com' }, payment: { token } },
    });
    onStep(`the order ${order.id} is placed`);
    const startedAt = Date.now();
    const { body } = await waitFor(
      { route: `GET /v1/orders/${order.id}`, bearer },
      {
        isExpected: ({ body }) => ['confirmed', 'cancelled', 'needs_attention'].includes(body?.status),
        ...{ what: `the order ${order.id} of the tenant ${tenant.id} was not confirmed`, withinMs: confirmedWithinMs },
      },
    );
    if (body.status !== 'confirmed')
      throw new UserError(
        `the order ${order.id} of the tenant ${tenant.id} is ${body.status}: ${JSON.stringify(body)}`,
      );
    onStep(`the order is confirmed, ${((Date.now() - startedAt) / 1_000).toFixed(1)} s later`);
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    await expectStatus([200], { route: `DELETE ${keys}/${key.id}`, bearer: operatorKey }).catch((error: Error) => {
      const reason = failure ? `${failure.message}\n` : '';
      throw new UserError(
        `${reason}The key ${key.id} of the tenant ${tenant.id} may still be active: ${error.message}`,
      );
    });
  }
};

const notBreakwater = ({ route }: Call, text: string) =>
  new UserError(`${route} was answered by something else than Breakwater: check the URL: ${text}`);

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const describe = (error: Error) => (error.cause instanceof Error ? error.cause.message : error.message);

const parseJson = (text: string) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
