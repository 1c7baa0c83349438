import { recordPayment } from '#orders/app/record-payment';
import { RecordPayment } from '#orders/contract';
import { orderTable } from '#orders/data/order-table';
import { when } from '#orders/data/when';
import { answer } from '#orders/http/answer';
import { problem, reply, route } from '#shared/http';
import { idempotencyKey } from '#shared/idempotency';
import type { OrderId } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

export const recordPaymentRoute = (rt: Runtime<'db'>) => {
  const record = recordPayment(orderTable(rt), when(rt));
  const spec = { method: 'POST', path: '/v1/orders/{id}/payments', scope: 'tenant', body: RecordPayment } as const;
  return route(spec, async ({ tenantId, params, body, header }) => {
    const key = idempotencyKey({ header });
    if (!key) return problem('idempotency_key_required');
    const { amount, currency, reference } = body;
    const paid = await record(tenantId, params['id'] as OrderId, { amount: { amount, currency }, reference, key });
    return paid.ok ? reply(201, answer(paid.value)) : problem(paid.error);
  });
};
