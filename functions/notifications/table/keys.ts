import type { Notice } from '#notifications/domain/delivery';

// Every key of this context is built here and nowhere else.

export const deliveryKey = ({ tenantId, orderId, kind }: Notice) => ({
  pk: `notifications#${tenantId}#delivery#${orderId}.${kind}`,
  sk: 'delivery',
});
