import type { Notice } from '#notifications/domain/delivery';
import type { TenantId } from '#platform/kernel';

// Every key of this context is built here and nowhere else.

export const deliveryKey = ({ tenantId, orderId, kind }: Notice) => ({
  pk: `notifications#${tenantId}#delivery#${orderId}.${kind}`,
  sk: 'delivery',
});

/** One item for each tenant and address, named by the keyed digest of both. */
export const blockedAddressKey = ({ tenantId, digest }: Omit<Allowance, 'day'>) => ({
  pk: `notifications#${tenantId}#blocked-address#${digest}`,
  sk: 'blocked-address',
});

type Allowance = { readonly tenantId: TenantId; readonly day: string; readonly digest: string };

/** One item for each tenant, mailbox and day of UTC, named by the keyed digest of the mailbox. */
export const allowanceKey = ({ tenantId, day, digest }: Allowance) => ({
  pk: `notifications#${tenantId}#allowance#${day}.${digest}`,
  sk: 'allowance',
});
