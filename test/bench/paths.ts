import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../embedded/host.ts';
import { type Counts, meteredHost, secrets } from './meter.ts';

/** The ways that an order may go, and how it ends. */
export const paths = {
  confirmed: 'confirmed',
  'out of stock': 'cancelled',
  declined: 'cancelled',
  'provider away, paid offline': 'confirmed',
  'cancelled while it is charged': 'cancelled',
  'refund refused, then resumed': 'cancelled',
} as const;
export type Path = keyof typeof paths;

type Order = { readonly id: string; readonly status: string; readonly total: { readonly amount: number } };
const LINES = ['walnut-desk-180', 'desk-lamp-brass', 'chair-oak-grey'];
const TOKENS: Partial<Record<Path, string>> = {
  declined: 'tok_declined',
  'cancelled while it is charged': 'tok_slow',
  'refund refused, then resumed': 'tok_refund_refused',
};
const PATIENCE_MS = 20_000;

const asker =
  (host: Host, key: string) =>
  async <T>(method: string, target: string, body?: object, idempotencyKey = 'one') => {
    const headers = Object.entries({ authorization: `Bearer ${key}`, 'idempotency-key': idempotencyKey });
    const answer = await host.request({ method, target, headers, body: body ? JSON.stringify(body) : '' });
    if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body) as T;
  };

const openBreaker = (host: Host, tenantId: string) => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const fields = {
    status: { S: 'open' },
    until: { S: until },
    v: { N: '5' },
    generation: { N: '1' },
    failures: { L: [] },
  };
  const Item = { pk: { S: `payments#${tenantId}#breaker#sandbox` }, sk: { S: 'breaker' }, ...fields };
  return host.call({
    target: 'DynamoDB_20120810.PutItem',
    body: JSON.stringify({ TableName: 'breakwater-dev', Item }),
  });
};

/** What one order of three lines costs on its way, in counts of what AWS bills, and its calls of the table by function. */
export const walkPath = async (path: Path, functionMs?: number) => {
  const { host, count, calls, close } = meteredHost(functionMs);
  await host.warm();
  const operator = asker(host, secrets['operator-key']);
  const { id: tenantId, apiKey } = await operator<{ id: string; apiKey: string }>('POST', '/v1/tenants', {
    name: 'Shop',
  });
  const ask = asker(host, apiKey);
  for (const sku of LINES) {
    await ask('PUT', `/v1/products/${sku}`, { name: sku, price: { amount: 1_250, currency: 'EUR' } });
    const delta = path === 'out of stock' ? 1 : 100;
    await ask('POST', `/v1/inventory/${sku}/adjustments`, { delta, reason: 'received' }, sku);
  }
  if (path === 'provider away, paid offline') await openBreaker(host, tenantId);
  // so that the function knows the key, as one that is not the first of its environment does
  const headers = [['authorization', `Bearer ${apiKey}`] as const];
  await host.request({ method: 'POST', target: '/v1/orders/none/cancel', headers, body: '' });
  await host.settled();

  const statusIs = async (id: string, wanted: string) => {
    const until = Date.now() + PATIENCE_MS;
    for (let status = ''; status !== wanted; await sleep(10)) {
      if (Date.now() > until) throw new Error(`${path}: order ${id} is ${status} instead of ${wanted}`);
      const { json } = await host.call({
        target: 'DynamoDB_20120810.GetItem',
        body: JSON.stringify({
          TableName: 'breakwater-dev',
          Key: { pk: { S: `orders#${tenantId}#order#${id}` }, sk: { S: 'order' } },
        }),
      });
      status = JSON.parse(json).Item.status.S;
    }
  };
  const place = () =>
    ask<Order>('POST', '/v1/orders', {
      lines: LINES.map((sku) => ({ sku, quantity: 2 })),
      customer: { email: 'ada@example.com' },
      payment: { token: TOKENS[path] ?? 'tok_ok' },
    });
  const requests = {
    'provider away, paid offline': 2,
    'cancelled while it is charged': 2,
    'refund refused, then resumed': 3,
  };

  try {
    const counts: Counts = await count((requests as Partial<Record<Path, number>>)[path] ?? 1, async () => {
      const { id, total } = await place();
      if (path === 'provider away, paid offline') {
        await statusIs(id, 'awaiting_payment');
        await ask('POST', `/v1/orders/${id}/payments`, { ...total, reference: 'by bank' });
      }
      if (path === 'cancelled while it is charged' || path === 'refund refused, then resumed') {
        await sleep(1_000);
        await ask('POST', `/v1/orders/${id}/cancel`);
      }
      if (path === 'refund refused, then resumed') {
        await statusIs(id, 'needs_attention');
        await asker(host, secrets['provider-key'])('POST', `/sandbox/charges/${tenantId}.${id}/allow-refund`, {});
        await operator('POST', `/v1/orders/${id}/resume`, { tenantId });
      }
      await statusIs(id, paths[path]);
    });
    const executions = host.executions().map(({ transitions }) => transitions);
    return { path, counts, executions, calls: new Map(calls()) };
  } finally {
    close();
  }
};
