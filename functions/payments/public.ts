import type { FindPayment, ProviderIsAvailable } from '#payments/contract';
import { breakerTable } from '#payments/table/breaker-table';
import { paymentTable } from '#payments/table/payment-table';
import type { Runtime } from '#platform/runtime/runtime';

export const findPayment = (rt: Runtime<'db'>): FindPayment => paymentTable(rt).find;

export const providerIsAvailable = (rt: Runtime<'db'>): ProviderIsAvailable => {
  const breakers = breakerTable(rt, 'sandbox');
  return async (tenantId) => (await breakers.find(tenantId))?.status === 'closed';
};
