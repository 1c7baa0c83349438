import { randomUUID } from 'node:crypto';
import { host } from './host.ts';
import { type ApiResponse, type RequestOptions, send } from './request.ts';

export type Money = { readonly amount: number; readonly currency: string };
export type Product = { readonly sku: string; readonly name: string; readonly price: Money };
export type Stock = {
  readonly sku: string;
  readonly available: number;
  /** These two are absent while no recent count of open orders is known. */
  readonly held?: number;
  readonly sold?: number;
};
export type Adjustment = { readonly id: string; readonly sku: string; readonly delta: number; readonly reason: string };
/** A replay does not repeat the API key. */
export type Tenant = { readonly id: string; readonly name: string; readonly apiKey?: string };
export type Status = 'placed' | 'awaiting_payment' | 'confirmed' | 'cancelling' | 'cancelled' | 'needs_attention';
export type Order = {
  readonly id: string;
  readonly status: Status;
  readonly reason?: string;
  readonly cause?: string;
  readonly waiting?: { readonly until: string | null };
  readonly instructions?: {
    readonly reference: string;
    readonly amount: number;
    readonly currency: string;
    readonly deadline: string;
  };
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unitPrice: Money }[];
  readonly total: Money;
  readonly reports?: readonly { readonly n: number; readonly kind: string; readonly amount: number }[];
  readonly history: readonly { readonly at: string; readonly status: Status; readonly reason?: string }[];
};
export type Charge = { readonly status: string; readonly captured: number; readonly refunded: number };
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

export type Lines = readonly (readonly [sku: string, quantity: number])[];
export const createOrderBody = (lines: Lines, token = 'tok_ok') => ({
  lines: lines.map(([sku, quantity]) => ({ sku, quantity })),
  customer: { email: 'ada@example.com' },
  payment: { token },
});

/** How a tenant's client names its SKUs and idempotency keys. */
export type ClientNames = {
  /** The SKU on the wire of each SKU in a test. Any other stays as it is. */
  readonly skus: ReadonlyMap<string, string>;
  readonly newKey: () => string;
};
const LITERAL: ClientNames = { skus: new Map(), newKey: randomUUID };

/** A copy in which each field `sku` is replaced. */
const withSkus = (value: unknown, skus: ReadonlyMap<string, string>): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => withSkus(element, skus));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) =>
      name === 'sku' && typeof inner === 'string' ? [name, skus.get(inner) ?? inner] : [name, withSkus(inner, skus)],
    ),
  );
};

/**
 * The API as a tenant with this key can use it. A test says `mug`, and the host sees the SKU that stands for it, in requests and in
 * responses.
 */
export const createClient = (key: string, { skus, newKey }: ClientNames = LITERAL) => {
  const labels = new Map([...skus].map(([label, sku]) => [sku, label]));
  const call = async <T>(method: string, path: string, options: RequestOptions = {}): Promise<ApiResponse<T>> => {
    const response = await send<T>(method, path, { key, ...options, body: withSkus(options.body, skus) });
    return { ...response, body: withSkus(response.body, labels) as T };
  };
  const pathOf = (sku: string) => (skus.has(sku) ? encodeURIComponent(skus.get(sku) ?? '') : sku);
  return {
    ...{ key, skus, newKey },
    /** A body as text, for requests that send it in their own notation. */
    toText: (body: unknown, indent?: number) => JSON.stringify(withSkus(body, skus), undefined, indent),
    putProduct: (sku: string, body: unknown) => call<Product>('PUT', `/v1/products/${pathOf(sku)}`, { body }),
    product: (sku: string) => call<Product>('GET', `/v1/products/${pathOf(sku)}`),
    products: (query = '') => call<Page<Product>>('GET', `/v1/products${query}`),
    adjust: (sku: string, body: unknown, idempotencyKey: string | undefined = newKey()) =>
      call<Adjustment>('POST', `/v1/inventory/${pathOf(sku)}/adjustments`, { body, idempotencyKey }),
    setShards: (sku: string, shards: unknown) =>
      call<Pick<Stock, 'sku'> & { readonly shards: number }>('PUT', `/v1/inventory/${pathOf(sku)}`, {
        body: { shards },
      }),
    stock: (sku: string) => call<Stock>('GET', `/v1/inventory/${pathOf(sku)}`),
    place: (body: unknown, idempotencyKey: string | undefined = newKey()) =>
      call<Order>('POST', '/v1/orders', { body, idempotencyKey }),
    order: (id: string) => call<Order>('GET', `/v1/orders/${id}`),
    orders: (query = '') => call<Page<Order>>('GET', `/v1/orders${query}`),
    cancel: (id: string) => call<Order>('POST', `/v1/orders/${id}/cancel`),
    pay: (id: string, body: unknown, idempotencyKey: string | undefined = newKey()) =>
      call<Order>('POST', `/v1/orders/${id}/payments`, { body, idempotencyKey }),
  };
};
export type Client = ReturnType<typeof createClient>;

export const createTenant = (
  body: unknown,
  key: string | undefined = host.operatorKey,
  idempotencyKey: string | undefined = randomUUID(),
) => send<Tenant>('POST', '/v1/tenants', { key, body, idempotencyKey });

/** Whether the response says that an earlier request with the key had the effect; it must say so with "true" or not at all. */
export const isReplay = ({ headers }: ApiResponse<unknown>): boolean => {
  const value = headers.get('idempotent-replayed');
  if (value !== null && value !== 'true') throw new Error(`Idempotent-Replayed is ${value}`);
  return value === 'true';
};

/**
 * Whether these answers under one key can have one effect: at most one is the first. It exists unless a request was sent again, whose
 * first response may be the one that was lost.
 */
export const haveOneFirst = (answers: readonly ApiResponse<unknown>[]): boolean => {
  const firsts = answers.filter((answer) => !isReplay(answer)).length;
  return firsts === 1 || (firsts === 0 && answers.some(({ attempts }) => attempts > 1));
};

/** The payment provider's record of an order's charge. */
export const getCharge = (tenantId: string, orderId: string) =>
  send<Charge>('GET', `${host.providerUrl}/sandbox/charges/${tenantId}.${orderId}`, { key: host.providerKey });

/** Resumes a parked order as the operator. */
export const resumeOrder = (tenantId: string, orderId: string, key: string | undefined = host.operatorKey) =>
  send<Order>('POST', `/v1/orders/${orderId}/resume`, { key, body: { tenantId } });

export type Policy = { readonly offlineAfterMinutes: number | null; readonly giveWayAfterMinutes: number | null };
export const getPolicy = (tenantId: string, key: string | undefined = host.operatorKey) =>
  send<Policy>('GET', `/v1/tenants/${tenantId}/policy`, { key });
export const putPolicy = (tenantId: string, body: unknown, key: string | undefined = host.operatorKey) =>
  send<Policy>('PUT', `/v1/tenants/${tenantId}/policy`, { key, body });

const postToProvider = (path: string, body: unknown) =>
  send<Charge>('POST', `${host.providerUrl}/sandbox/${path}`, { key: host.providerKey, body });
/** Makes every call of the tenant to the provider fail for this time; 0 ends the outage. */
export const setOutage = (tenantId: string, seconds: number) => postToProvider('outages', { tenantId, seconds });
/** What a person does in the provider's console, or a payer at the bank. The provider sends no callback by itself. */
export const actByHand = (
  key: string,
  act: 'refund-by-hand' | 'capture-by-hand' | 'dispute',
  body: { readonly amount: number; readonly currency?: string },
) => postToProvider(`charges/${key}/${act}`, body);
export const allowRefund = (tenantId: string, orderId: string) =>
  postToProvider(`charges/${tenantId}.${orderId}/allow-refund`, {});
