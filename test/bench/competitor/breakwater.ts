import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../server.ts';
import { request } from './request.ts';
import type { StartSystem } from './system.ts';
import { Refusal, timeOrder } from './timed-order.ts';

type ApiBody = { readonly id: string; readonly status: string; readonly sold?: number };
type ApiCall = {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  /** The idempotency key. */
  readonly key?: string;
};

const SHARDS = 8;
const END_TIMEOUT_MS = 60_000;
/** A customer polls at growing intervals: each is half as long again as the last, up to the maximum. */
const FIRST_POLL_MS = 20;
const MAX_POLL_MS = 200;

/** Breakwater as `npm start` serves it. POST is answered before the order is confirmed, so the customer polls until it is. */
export const startBreakwater: StartSystem = async (stock) => {
  const server = await startServer();
  const { origin, apiKey, pid, stop } = server;
  const authorization = `Bearer ${apiKey}`;
  const call = async ({ method, path, body, key }: ApiCall) => {
    const headers = { authorization, ...(key && { 'idempotency-key': key }) };
    const response = await request(`${origin}${path}`, { method, headers, ...(body && { body }) });
    if (response.status >= 300)
      throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(response.body)}`);
    return response.body as ApiBody;
  };
  const placeOrder = (sku: string, key: string) =>
    timeOrder(async (timeLastCall) => {
      const body = {
        lines: [{ sku, quantity: 1 }],
        customer: { email: `${key}@example.com` },
        payment: { token: 'tok_ok' },
      };
      const { id } = await timeLastCall(call({ method: 'POST', path: '/v1/orders', body, key }));
      const deadline = performance.now() + END_TIMEOUT_MS;
      for (let pollMs = FIRST_POLL_MS; performance.now() < deadline; pollMs = Math.min(pollMs * 1.5, MAX_POLL_MS)) {
        await sleep(pollMs);
        const { status } = await call({ method: 'GET', path: `/v1/orders/${id}` });
        if (status === 'confirmed') return;
        if (status === 'cancelled') throw new Refusal(status);
      }
      throw new Error(`the order did not end within ${END_TIMEOUT_MS / 1_000} s`);
    });
  try {
    if (pid === undefined) throw new Error('npm start has no process');
    for (const [sku, delta] of Object.entries(stock)) {
      await call({
        method: 'PUT',
        path: `/v1/products/${sku}`,
        body: { name: 'Mug', price: { amount: 500, currency: 'EUR' } },
      });
      await call({ method: 'PUT', path: `/v1/inventory/${sku}`, body: { shards: Math.min(SHARDS, delta) } });
      await call({
        method: 'POST',
        path: `/v1/inventory/${sku}/adjustments`,
        body: { delta, reason: 'received' },
        key: `first-${sku}`,
      });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid,
    placeOrder,
    stop,
    getSoldUnits: async (sku) => {
      // it is absent until the open orders have been counted, which takes moments
      for (
        const deadline = performance.now() + END_TIMEOUT_MS;
        performance.now() < deadline;
        await sleep(MAX_POLL_MS)
      ) {
        const { sold } = await call({ method: 'GET', path: `/v1/inventory/${sku}` });
        if (sold !== undefined) return sold;
      }
      throw new Error(`the sold units of ${sku} were not counted`);
    },
  };
};
