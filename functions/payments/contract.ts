import * as z from 'zod/mini';
import type { Money, OrderId, TenantId } from '#platform/kernel';
import { defineEvent } from '#platform/messaging/events';
import { MoneySchema } from '#platform/schemas';

/** The providers whose protocol Breakwater implements. */
export type ProviderName = 'sandbox';

/** The provider captured the order's total. The aggregate is the order. Over all attempts, received less refunded is what is kept. */
export const PaymentReceived = defineEvent('PaymentReceived.v1', () => MoneySchema);
/** The provider declined an attempt; nothing was captured by it. */
export const PaymentDeclined = defineEvent('PaymentDeclined.v1', () => MoneySchema);
/** Captured money was refunded: by Breakwater, or `unasked`, outside it. */
export const PaymentRefunded = defineEvent('PaymentRefunded.v1', () =>
  z.extend(MoneySchema, { unasked: z.optional(z.literal(true)) }),
);
/** The payer disputes this much of what was captured. Breakwater records it and does nothing else. */
export const PaymentDisputed = defineEvent('PaymentDisputed.v1', () => MoneySchema);

/** All events of this context, by type. */
export const events = [PaymentReceived, PaymentDeclined, PaymentRefunded, PaymentDisputed] as const;

/** Everything that happened to an order's money, as other contexts see it. Amounts in minor units of the total's currency. */
export type PaymentView = {
  readonly total: Money;
  readonly status: 'open' | 'settling' | 'settled';
  readonly attempts: readonly {
    readonly n: number;
    readonly status: 'intended' | 'closed' | 'captured' | 'declined' | 'settled';
    readonly captured: number;
    readonly refunded: number;
  }[];
  /** What was done at the provider outside Breakwater, and what the provider says that cannot be true (`contradicted`). */
  readonly reports?:
    | readonly {
        readonly at: string;
        readonly n: number;
        readonly kind: 'refunded' | 'disputed' | 'contradicted';
        readonly amount: number;
        readonly currency?: string | undefined;
        readonly because?: string | undefined;
      }[]
    | undefined;
};

/** Reads an order's payment with a strongly consistent read; undefined where nothing was ever sent or settled. */
export type FindPayment = (tenantId: TenantId, orderId: OrderId) => Promise<PaymentView | undefined>;

/** False while the tenant's breaker is open or probing, or cannot be read. */
export type ProviderIsAvailable = (tenantId: TenantId) => Promise<boolean>;
