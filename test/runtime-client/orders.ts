import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { contexts } from '#contexts';
import { sign } from '#payments/http/signature';
import { functionsOf, names } from '#platform/manifest';
import type { Host } from '../../embedded/host/host.ts';
import type { secrets as testSecrets } from '../fixtures/secrets.ts';

const POLL_MS = 100;
const MAX_WAIT_MS = 30_000;

type ApiCall = {
  readonly method: string;
  readonly path: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: number;
};

type Order = { readonly id: string; readonly status: string };

/** Uses every function of the backend: it places orders of each ending, has one parked and one wait for the provider, and runs schedules. */
export const useEveryFunction = async (host: Host, secrets: typeof testSecrets): Promise<void> => {
  const send = async <T>({ method, path, key, body, headers = {}, expected }: ApiCall): Promise<T> => {
    const response = await host.request({
      method,
      target: path,
      headers: Object.entries({
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...headers,
      }),
      body: body === undefined ? '' : JSON.stringify(body),
    });
    expect(response.status, `${method} ${path}: ${response.body}`).toBe(expected);
    return JSON.parse(response.body) as T;
  };
  const operator = secrets['operator-key'];
  const provider = secrets['provider-key'];

  const poll = async (isDone: () => Promise<boolean>, what: string) => {
    const end = Date.now() + MAX_WAIT_MS;
    while (!(await isDone())) {
      if (Date.now() > end) throw new Error(`${what} has not happened within ${MAX_WAIT_MS} ms`);
      await sleep(POLL_MS);
    }
  };

  await send({ method: 'GET', path: '/v1/health/live', expected: 200 });
  const tenant = await send<{ readonly id: string; readonly apiKey: string }>({
    ...{ method: 'POST', path: '/v1/tenants', key: operator, body: { name: 'Acme' }, expected: 201 },
  });
  const { id: tenantId, apiKey: key } = tenant;
  await send({ method: 'POST', path: '/v1/keys', key, body: { name: 'till 1' }, expected: 201 });
  for (const sku of ['mug', 'shirt']) {
    const body = { name: sku, price: { amount: 1_250, currency: 'EUR' } };
    await send({ method: 'PUT', path: `/v1/products/${sku}`, key, body, expected: 201 });
  }
  await send({
    ...{ method: 'POST', path: '/v1/inventory/mug/adjustments', key, expected: 201 },
    body: { delta: 100, reason: 'counted' },
  });
  for (const path of ['/v1/products', '/v1/inventory/mug', '/v1/health/ready', '/v1/keys'])
    await send({ method: 'GET', path, key, expected: 200 });

  const place = async (token: string, sku = 'mug') => {
    const body = { lines: [{ sku, quantity: 2 }], customer: { email: 'ada@example.com' }, payment: { token } };
    return (await send<Order>({ method: 'POST', path: '/v1/orders', key, body, expected: 202 })).id;
  };
  const waitForStatus = (id: string, status: string) =>
    poll(async () => {
      const order = await send<Order>({ method: 'GET', path: `/v1/orders/${id}`, key, expected: 200 });
      return order.status === status;
    }, `the order's ${status}`);
  const cancel = (id: string) => send({ method: 'POST', path: `/v1/orders/${id}/cancel`, key, expected: 202 });

  const confirmed = await place('tok_ok');
  await waitForStatus(confirmed, 'confirmed');
  for (const id of [await place('tok_declined'), await place('tok_ok', 'shirt')]) await waitForStatus(id, 'cancelled');

  const callback = JSON.stringify({
    ...{ key: `${tenantId}.${confirmed}`, status: 'captured', amount: 2_500, currency: 'EUR' },
  });
  const seconds = `${Math.floor(Date.now() / 1_000)}`;
  await send({
    ...{ method: 'POST', path: '/v1/providers/sandbox/callbacks', body: JSON.parse(callback), expected: 200 },
    headers: {
      'breakwater-signature': `t=${seconds},v1=${sign(secrets['provider-callback-key'], seconds, callback)}`,
    },
  });

  const stuck = await place('tok_refund_refused');
  const charge = `/sandbox/charges/${tenantId}.${stuck}`;
  await poll(async () => {
    const headers = [['authorization', `Bearer ${provider}`]] as [string, string][];
    return (await host.request({ method: 'GET', target: charge, headers, body: '' })).status === 200;
  }, 'the charge of an order');
  await cancel(stuck);
  await waitForStatus(stuck, 'needs_attention');
  await send({ method: 'POST', path: `${charge}/allow-refund`, key: provider, body: {}, expected: 200 });
  await send({
    ...{ method: 'POST', path: `/v1/orders/${stuck}/resume`, key: operator, body: { tenantId }, expected: 202 },
  });
  await waitForStatus(stuck, 'cancelled');

  // no charge while the provider is taken for unavailable, and no waiting by this tenant's policy
  await send({
    ...{ method: 'PUT', path: `/v1/tenants/${tenantId}/policy`, key: operator, expected: 200 },
    body: { offlineAfterMinutes: 0, giveWayAfterMinutes: 0 },
  });
  const breaker = {
    ...{ pk: { S: `payments#${tenantId}#breaker#sandbox` }, sk: { S: 'breaker' }, failures: { L: [] } },
    ...{ status: { S: 'open' }, until: { S: '2100-01-01T00:00:00.000Z' }, generation: { N: '90' }, v: { N: '90' } },
  };
  await host.callAws({
    target: 'DynamoDB_20120810.PutItem',
    body: JSON.stringify({ TableName: names('dev').table, Item: breaker }),
  });
  const unpaid = await place('tok_ok');
  await waitForStatus(unpaid, 'awaiting_payment');
  await cancel(unpaid);
  await waitForStatus(unpaid, 'cancelled');

  for (const { id, spec } of functionsOf(...contexts)) if (spec.everyMinutes) await host.runSchedule(id);
  await host.whenIdle();
};
