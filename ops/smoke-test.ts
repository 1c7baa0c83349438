import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeRoutes as catalog } from '#catalog/routes';
import { writeRoutes as inventory } from '#inventory/routes';
import { healthRoutes as health } from '#operations/routes';
import { readRoutes as ordersRead, writeRoutes as ordersWrite } from '#orders/routes';
import type { RouteDefinition } from '#platform/http/route';
import { keysRoutes as keys, writeRoutes as tenants } from '#tenants/routes';
import { toApiUrl } from './api-url.ts';
import { type ApiCall, type ApiResponse, callApi, describeCall, type SuccessOf } from './call-api.ts';
import { UserError } from './command-line.ts';

const INTERVAL_MS = 1_000;
/** The gateway keys of a new API count only after a while, and until then it answers 503. */
const READY_WITHIN_MS = 180_000;
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

type Expectation<R extends RouteDefinition> = {
  readonly isExpected: (response: ApiResponse<R>) => boolean;
  readonly what: string;
  readonly withinMs: number;
};

const FINAL_STATUSES: readonly string[] = ['confirmed', 'cancelled', 'needs_attention'];

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
  const send = <R extends RouteDefinition>(route: R, call?: ApiCall<R>) => callApi(url, route, call);
  const fail = (
    described: string,
    { status, text }: { readonly status: number; readonly text: string },
    wanted: string,
  ) => new UserError(`${described} was answered with ${status} instead of ${wanted}: ${text}`);
  const expectSuccess = async <R extends RouteDefinition>(route: R, call: ApiCall<R>): Promise<SuccessOf<R>> => {
    const response = await send(route, call);
    if (response.success !== undefined) return response.success;
    throw fail(describeCall(route, call), response, Object.keys(route.responses).join(' or '));
  };
  /** Repeats the request until its response is as expected. The last one is named if none was. */
  const waitFor = async <R extends RouteDefinition>(
    route: R,
    call: ApiCall<R>,
    { isExpected, what, withinMs }: Expectation<R>,
  ): Promise<ApiResponse<R>> => {
    const until = Date.now() + withinMs;
    for (;;) {
      const response = await send(route, call);
      if (isExpected(response)) return response;
      if (Date.now() >= until)
        throw new UserError(
          `${what} within ${withinMs / 1_000} s; the last answer was ${response.status} ${response.text}`,
        );
      await sleep(INTERVAL_MS);
    }
  };

  await waitFor(
    health.ready,
    {},
    {
      isExpected: ({ success }) => success?.status === 'ok',
      ...{ what: 'the API was not ready', withinMs: readyWithinMs },
    },
  );
  onStep('the API and all of its dependencies are ready');
  const createTenant = { bearer: operatorKey, idempotencyKey: SKU, body: { name: 'Smoke test' } };
  await waitFor(tenants.createTenant, createTenant, {
    isExpected: ({ status }) => status !== 503,
    ...{ what: "the API did not take the operator's key", withinMs: readyWithinMs },
  });
  const { id: tenantId } = await expectSuccess(tenants.createTenant, createTenant);
  const run = randomUUID();
  const asOperator = { bearer: operatorKey, idempotencyKey: run };
  const made = await expectSuccess(keys.makeTenantKey, {
    ...{ ...asOperator, params: { tenantId }, body: { name: `smoke ${run}` } },
  });
  if (!('apiKey' in made)) throw new UserError(`the key that was made for the tenant ${tenantId} was not shown`);
  onStep(`the operator made a key for the tenant ${tenantId}`);
  let failure: Error | undefined;
  try {
    const bearer = made.apiKey;
    const withWrongKey = { bearer: `${bearer}x` };
    const refused = await send(ordersRead.listOrders, withWrongKey);
    if (refused.status !== 401) throw fail(describeCall(ordersRead.listOrders, withWrongKey), refused, '401');
    onStep('a wrong key is refused');
    const sku = { params: { sku: SKU }, bearer };
    const product = { name: 'Smoke test', price: { amount: 100, currency: 'EUR' } };
    await expectSuccess(catalog.putProduct, { ...sku, body: product });
    await expectSuccess(inventory.adjustStock, { ...sku, idempotencyKey: run, body: { delta: 1, reason: 'received' } });
    onStep('a product has stock');
    if (token === undefined) {
      onStep('no order was placed, because that would charge a payment: give --token, a test token of your provider');
      return;
    }
    const lines = [{ sku: SKU, quantity: 1 }];
    const { id } = await expectSuccess(ordersWrite.placeOrder, {
      ...{ bearer, idempotencyKey: run },
      body: { lines, customer: { email: 'smoke-test@example.com' }, payment: { token } },
    });
    onStep(`the order ${id} is placed`);
    const startedAt = Date.now();
    const { success: order, text } = await waitFor(
      ordersRead.getOrder,
      { params: { id }, bearer },
      {
        isExpected: ({ success }) => success !== undefined && FINAL_STATUSES.includes(success.status),
        ...{ what: `the order ${id} of the tenant ${tenantId} was not confirmed`, withinMs: confirmedWithinMs },
      },
    );
    if (order?.status !== 'confirmed')
      throw new UserError(`the order ${id} of the tenant ${tenantId} is ${order?.status}: ${text}`);
    onStep(`the order is confirmed, ${((Date.now() - startedAt) / 1_000).toFixed(1)} s later`);
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    const revoke = { bearer: operatorKey, params: { tenantId, id: made.id } };
    await expectSuccess(keys.revokeTenantKey, revoke).catch((error: Error) => {
      const reason = failure ? `${failure.message}\n` : '';
      throw new UserError(
        `${reason}The key ${made.id} of the tenant ${tenantId} may still be active: ${error.message}`,
      );
    });
  }
};
