import type { ClientResponse } from './client.ts';
import type { Money, Order, Refused, Tenant } from './customers.ts';
import type { KeyedRequest } from './keyed-requests.ts';

type Options = {
  readonly sendKeyed: (request: KeyedRequest) => Promise<ClientResponse<Order & Refused>>;
  readonly readStatus: (id: string, tenant: Tenant) => Promise<Pick<Order, 'status' | 'instructions'>>;
  readonly checkOrder: (tenantId: string, response: ClientResponse<Order>) => void;
  readonly sleep: (ms: number) => Promise<void>;
  readonly watch: {
    readonly report: (invariant: number, message: string) => void;
    readonly isPayable: (tenantId: string, orderId: string) => boolean;
  };
};

export const FINAL_STATUSES = ['confirmed', 'cancelled'];
const MAX_POLLS = 40;
const POLL_INTERVAL_MS = 5_000;

/** Half of the customers pay without instructions, too, as soon as they know that their order awaits its payment. */
const isImpatient = (orderId: string) => orderId.charCodeAt(orderId.length - 1) % 2 === 0;

/** Customers who pay their orders offline. */
export const createOfflinePayer = ({ sendKeyed, readStatus, checkOrder, sleep, watch }: Options) => {
  const awaitsPayment = async ({ id, total }: Order, tenant: Tenant, amount: number): Promise<boolean> => {
    for (let n = 0; n < MAX_POLLS; n += 1) {
      const { status, instructions } = await readStatus(id, tenant);
      const isTold = instructions !== undefined || amount !== total.amount || isImpatient(id);
      if (status === 'awaiting_payment' && isTold) return true;
      if (FINAL_STATUSES.includes(status)) return false;
      if (n + 1 < MAX_POLLS) await sleep(POLL_INTERVAL_MS);
    }
    return false;
  };

  return async (
    order: Order,
    tenant: Tenant,
    { amount, reference }: { readonly amount: number; readonly reference: string },
  ) => {
    if (!(await awaitsPayment(order, tenant, amount))) return;
    const pay = async (body: Money & { readonly reference: string }) => {
      const target = `/v1/orders/${order.id}/payments`;
      const [scope, bearer] = [`payments of ${order.id}`, tenant.apiKey];
      const wasPayable = watch.isPayable(tenant.id, order.id);
      // all orders are paid with one key, so each order must have payments of its own
      const response = await sendKeyed({ scope, key: 'payment', target, bearer, body });
      if (response.status === 201 && body.amount !== order.total.amount)
        watch.report(3, `order ${order.id} was paid with ${body.amount}`);
      const isRefused = response.status === 409 && response.body.code === 'not_awaiting_payment';
      if (isRefused && wasPayable && watch.isPayable(tenant.id, order.id))
        watch.report(20, `order ${order.id} could be paid offline, and a payment before its deadline was refused`);
      checkOrder(tenant.id, response);
    };
    const payment = { amount, currency: order.total.currency, reference };
    await Promise.all([pay(payment), pay(payment), pay({ ...payment, reference: `${reference}, in cash` })]);
    await pay({ ...payment, amount: order.total.amount + 1 });
  };
};
