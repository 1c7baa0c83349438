import type { TenantId } from '#platform/kernel';
import type { Host } from './host.ts';

export type Demo = { readonly tenantId: string; readonly secret: string };

/** A shop to begin with, prices in cents. */
const PRODUCTS = [
  { sku: 'mug', name: 'Mug', amount: 1_250, stock: 500 },
  { sku: 'shirt', name: 'Shirt', amount: 2_900, stock: 300 },
  { sku: 'poster', name: 'Poster', amount: 1_800, stock: 200 },
] as const;

export const apiKeyOf = ({ tenantId, secret }: Demo): string => `bw_${tenantId}_${secret}`;

/** Opens the tenant as the tenants' own function would, but with a key that is known beforehand. */
const openTenant = async (host: Host, { tenantId, secret }: Demo): Promise<void> => {
  const { tenantRegistration } = await import('#tenants/http/create-tenant');
  const { runtime } = host.runtimeOf('tenants-write');
  const opened = await tenantRegistration(runtime)({ name: 'Demo', key: { tenantId: tenantId as TenantId, secret } });
  if (!opened.ok) throw new Error(`the demo tenant could not be opened: ${opened.error}`);
};

/** Puts a tenant, products and stock into a fresh host; all but the tenant through the API. */
export const seed = async (host: Host, demo: Demo): Promise<void> => {
  await openTenant(host, demo);
  const send = async (
    method: string,
    target: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const all = { authorization: `Bearer ${apiKeyOf(demo)}`, 'content-type': 'application/json', ...headers };
    const answer = await host.request({ method, target, headers: Object.entries(all), body: JSON.stringify(body) });
    if (answer.status >= 300) throw new Error(`the demo's ${method} ${target} failed: ${answer.body}`);
  };
  await Promise.all(
    PRODUCTS.map(async ({ sku, name, amount, stock }) => {
      await send('PUT', `/v1/products/${sku}`, { name, price: { amount, currency: 'EUR' } });
      const received = { delta: stock, reason: 'received' };
      await send('POST', `/v1/inventory/${sku}/adjustments`, received, { 'idempotency-key': `seed-${sku}` });
    }),
  );
};
