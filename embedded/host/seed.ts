import type { TenantId } from '#platform/kernel';
import type { Host } from './host.ts';

export type Demo = { readonly tenantId: string; readonly secret: string };

/** The products of the demo shop, with prices in cents. */
const PRODUCTS = [
  { sku: 'mug', name: 'Mug', amount: 1_250, stock: 500 },
  { sku: 'shirt', name: 'Shirt', amount: 2_900, stock: 300 },
  { sku: 'poster', name: 'Poster', amount: 1_800, stock: 200 },
] as const;

export const toApiKey = ({ tenantId, secret }: Demo): string => `bw_${tenantId}_${secret}`;

/** Creates the tenant as the tenants' own function does, except that its key is known in advance. */
const openTenant = async (host: Host, { tenantId, secret }: Demo): Promise<void> => {
  const { tenantRegistration } = await import('#tenants/http/create-tenant');
  const { runtime } = host.createRuntime('tenants-write');
  const opened = await tenantRegistration(runtime)({ name: 'Demo', key: { tenantId: tenantId as TenantId, secret } });
  if (!opened.ok) throw new Error(`the demo tenant could not be opened: ${opened.error}`);
};

type DemoRequest = {
  readonly method: string;
  readonly target: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Seeds a new host with a tenant, products and stock. It creates everything except the tenant through the API. */
export const seed = async (host: Host, demo: Demo): Promise<void> => {
  await openTenant(host, demo);
  const send = async ({ method, target, body, headers = {} }: DemoRequest) => {
    const allHeaders = { authorization: `Bearer ${toApiKey(demo)}`, 'content-type': 'application/json', ...headers };
    const response = await host.request({
      method,
      target,
      headers: Object.entries(allHeaders),
      body: JSON.stringify(body),
    });
    if (response.status >= 300) throw new Error(`the demo's ${method} ${target} failed: ${response.body}`);
  };
  await Promise.all(
    PRODUCTS.map(async ({ sku, name, amount, stock }) => {
      const product = { name, price: { amount, currency: 'EUR' } };
      await send({ method: 'PUT', target: `/v1/products/${sku}`, body: product });
      await send({
        method: 'POST',
        target: `/v1/inventory/${sku}/adjustments`,
        body: { delta: stock, reason: 'received' },
        headers: { 'idempotency-key': `seed-${sku}` },
      });
    }),
  );
};
