import type { Notice } from '#notifications/domain/delivery';

/** Every key of this context, and no other place makes one. */
export const deliveryKey = ({ tenantId, orderId, kind }: Notice) => ({
  pk: `notifications#${tenantId}#delivery#${orderId}.${kind}`,
  sk: 'delivery',
});
