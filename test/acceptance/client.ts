import { randomUUID } from 'node:crypto';
import { host } from './host.ts';
import { type ApiResponse, send } from './request.ts';

export type Money = { readonly amount: number; readonly currency: string };
export type Product = { readonly sku: string; readonly name: string; readonly price: Money };
export type Stock = {
  readonly sku: string;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
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
  readonly instructions?: {
    readonly reference: string;
    readonly amount: number;
    readonly currency: string;
    readonly deadline: string;
  };
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unitPrice: Money }[];
  readonly total: Money;
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

/** The API as a tenant with this key can use it. */
export const createClient = (key: string) => ({
  key,
  putProduct: (sku: string, body: unknown) => send<Product>('PUT', `/v1/products/${sku}`, { key, body }),
  product: (sku: string) => send<Product>('GET', `/v1/products/${sku}`, { key }),
  products: (query = '') => send<Page<Product>>('GET', `/v1/products${query}`, { key }),
  adjust: (sku: string, body: unknown, idempotencyKey: string | undefined = randomUUID()) =>
    send<Adjustment>('POST', `/v1/inventory/${sku}/adjustments`, { key, body, idempotencyKey }),
  stock: (sku: string) => send<Stock>('GET', `/v1/inventory/${sku}`, { key }),
  place: (body: unknown, idempotencyKey: string | undefined = randomUUID()) =>
    send<Order>('POST', '/v1/orders', { key, body, idempotencyKey }),
  order: (id: string) => send<Order>('GET', `/v1/orders/${id}`, { key }),
  orders: (query = '') => send<Page<Order>>('GET', `/v1/orders${query}`, { key }),
  cancel: (id: string) => send<Order>('POST', `/v1/orders/${id}/cancel`, { key }),
  pay: (id: string, body: unknown, idempotencyKey: string | undefined = randomUUID()) =>
    send<Order>('POST', `/v1/orders/${id}/payments`, { key, body, idempotencyKey }),
});
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

const postToProvider = (path: string, body: unknown) =>
  send<Charge>('POST', `${host.providerUrl}/sandbox/${path}`, { key: host.providerKey, body });
/** Makes every call of the tenant to the provider fail for this time; 0 ends the outage. */
export const setOutage = (tenantId: string, seconds: number) => postToProvider('outages', { tenantId, seconds });
export const allowRefund = (tenantId: string, orderId: string) =>
  postToProvider(`charges/${tenantId}.${orderId}/allow-refund`, {});
