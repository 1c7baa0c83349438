import * as z from 'zod/mini';
import { type DataOf, defineEvent } from '#shared/events';
import type { Money, OrderId, Sku, TenantId } from '#shared/kernel';

/** What a client may ask for. Price, total, status and tenant are ours to say, so they are not in it. */
export const PlaceOrder = z.strictObject({
  /** 1 to 20 lines, one per SKU, each of 1 to 999 units. */
  lines: z
    .array(
      z.strictObject({
        sku: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)),
        quantity: z.int().check(z.minimum(1), z.maximum(999)),
      }),
    )
    .check(z.minLength(1), z.maxLength(20)),
  customer: z.strictObject({ email: z.email().check(z.maxLength(254)) }),
  /** What the payment provider calls the customer's means of payment. */
  payment: z.strictObject({ token: z.string().check(z.minLength(1), z.maxLength(128)) }),
});
export type PlaceOrder = z.infer<typeof PlaceOrder>;

/** Why an order is unwound. */
const Reason = z.enum(['cancelled_by_customer', 'out_of_stock', 'payment_declined', 'expired', 'payment_expired']);

const Amount = z.object({ amount: z.int(), currency: z.string() });

/** A payment that came another way than by the provider: for the whole total, in minor units. */
export const RecordPayment = z.strictObject({
  amount: z.int().check(z.minimum(0), z.maximum(1_000_000_000)),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
  /** The payer's or the bank's; kept with the order. */
  reference: z.string().check(z.minLength(1), z.maxLength(140)),
});

/** An operator says which tenant's order is to go on being unwound. */
export const ResumeOrder = z.strictObject({ tenantId: z.string().check(z.regex(/^[a-z0-9]{1,64}$/)) });

const run = z.object({ run: z.int().check(z.minimum(1)) });

/** An order was accepted; run 1 is to fulfil it. */
export const OrderPlaced = defineEvent('OrderPlaced.v1', run);
/** The order is certain: stock is held and the money captured. `total` in minor units. */
export const OrderConfirmed = defineEvent(
  'OrderConfirmed.v1',
  z.extend(run, { total: Amount, paidBy: z.enum(['provider', 'offline']) }),
);
/** The provider cannot be asked; the customer is to pay `total` another way, with the order's id as reference, by `deadline`. */
export const OrderAwaitingPayment = defineEvent(
  'OrderAwaitingPayment.v1',
  z.extend(run, { total: Amount, deadline: z.iso.datetime() }),
);
/** The order stood still: its saga is to be started again, as `run`. */
export const OrderRestarted = defineEvent(
  'OrderRestarted.v1',
  z.extend(run, { saga: z.enum(['fulfil-order', 'unwind-order']) }),
);
/** The order is to be unwound by `run`: money settled, stock released. */
export const OrderCancelling = defineEvent('OrderCancelling.v1', z.extend(run, { reason: Reason }));
/** The order holds nothing and keeps no money. */
export const OrderCancelled = defineEvent('OrderCancelled.v1', z.extend(run, { reason: Reason }));
/** The order could not be unwound; `POST /v1/orders/{id}/resume` goes on once the cause is gone. */
export const OrderNeedsAttention = defineEvent('OrderNeedsAttention.v1', z.extend(run, { cause: z.string() }));
export type OrderRun = DataOf<typeof OrderPlaced>;

/**
 * The input of both sagas and of each of their tasks: ids only, so that a task reads what stands. `correlationId` is that of the
 * request which caused the run.
 */
export const SagaStep = z.object({
  tenantId: z.pipe(
    z.string(),
    z.transform((id) => id as TenantId),
  ),
  orderId: z.pipe(
    z.string(),
    z.transform((id) => id as OrderId),
  ),
  run: z.int().check(z.minimum(1)),
  correlationId: z.optional(z.string()),
});
export type SagaStep = z.infer<typeof SagaStep>;

/** An order as the tasks of other contexts see it. */
export type OrderForSaga = {
  readonly lines: readonly { readonly sku: Sku; readonly quantity: number }[];
  readonly total: Money;
  readonly payment: { readonly token: string };
};

/** What an order's customer is told of it; undefined where there is none. Reads strongly. */
export type OrderForCustomer = (
  tenantId: TenantId,
  orderId: OrderId,
) => Promise<
  | {
      readonly email: string;
      readonly total: Money;
      readonly status: string;
      readonly reason?: string | undefined;
      readonly deadline?: string | undefined;
    }
  | undefined
>;

/** Reads the order strongly: undefined unless it has that status and run, that is, unless the task's run is still in charge. */
export type OrderInCharge = (step: SagaStep, status: 'placed' | 'cancelling') => Promise<OrderForSaga | undefined>;
