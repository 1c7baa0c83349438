import { setTimeout as sleep } from 'node:timers/promises';
import { served } from '../served.ts';
import { ask } from './ask.ts';
import type { Start } from './side.ts';
import { Refusal, walk } from './walk.ts';

type Read = { readonly id: string; readonly status: string; readonly sold: number };
const SHARDS = 8;
const END_MS = 60_000;
/** A customer looks again after so long, and then after half as long again, up to the second of these. */
const LOOK_MS = [20, 200] as const;

/** Breakwater as `npm start` serves it. The POST is answered before the order is confirmed, so its customer looks until it is. */
export const breakwater: Start = async (stock) => {
  const server = await served();
  const { origin, apiKey, pid, stop } = server;
  const authorization = `Bearer ${apiKey}`;
  const call = async (method: string, path: string, body?: object, key?: string) => {
    const headers = { authorization, ...(key && { 'idempotency-key': key }) };
    const answer = await ask(`${origin}${path}`, { method, headers, ...(body && { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Read;
  };
  const order = (sku: string, key: string) =>
    walk(async (lastCall) => {
      const body = {
        lines: [{ sku, quantity: 1 }],
        customer: { email: `${key}@example.com` },
        payment: { token: 'tok_ok' },
      };
      const { id } = await lastCall(call('POST', '/v1/orders', body, key));
      const until = performance.now() + END_MS;
      for (let wait: number = LOOK_MS[0]; performance.now() < until; wait = Math.min(wait * 1.5, LOOK_MS[1])) {
        await sleep(wait);
        const { status } = await call('GET', `/v1/orders/${id}`);
        if (status === 'confirmed') return;
        if (status === 'cancelled') throw new Refusal(status);
      }
      throw new Error(`not ended within ${END_MS / 1_000} s`);
    });
  try {
    if (pid === undefined) throw new Error('npm start has no process');
    for (const [sku, delta] of Object.entries(stock)) {
      await call('PUT', `/v1/products/${sku}`, { name: 'Mug', price: { amount: 500, currency: 'EUR' } });
      await call('PUT', `/v1/inventory/${sku}`, { shards: Math.min(SHARDS, delta) });
      await call('POST', `/v1/inventory/${sku}/adjustments`, { delta, reason: 'received' }, `first-${sku}`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid, order, stop, taken: async (sku) => (await call('GET', `/v1/inventory/${sku}`)).sold };
};
