import { sagaErrors as inventoryErrors } from '#inventory/errors';
import { sagaErrors } from '#orders/errors';
import { sagaErrors as paymentErrors } from '#payments/errors';
import type { Refusal, SagaDefinition } from '#platform/saga/definition';

const INPUT = ['tenantId', 'orderId', 'run', 'correlationId'] as const;
/** Longer than all tasks with their retries. */
const TIMEOUT_SECONDS = 900;
/** Charging and settling call the provider several times. */
const PROVIDER_TIMEOUT_SECONDS = 30;

const { StockUnavailable, HoldCommitted } = inventoryErrors;
const { PaymentDeclined, PaymentUnavailable, PaymentUnknown, PaymentUnresolved, SettlementRefused } = paymentErrors;

const superseded: Refusal = { error: sagaErrors.Superseded, next: 'Superseded' };

const endings = {
  Superseded: {
    kind: 'succeed',
    comment: 'The order has moved on. Whatever moved it has published what follows.',
  },
  LeftToTheSweeper: {
    kind: 'fail',
    error: 'LeftToTheSweeper',
    cause:
      'A task failed despite its retries. The order stays as it is: nothing is undone here, and the sweeper restarts its saga.',
  },
} as const;

/** Holds the stock, charges the customer and confirms the order. */
export const fulfilOrder: SagaDefinition = {
  comment: 'Holds stock, charges, confirms. Input: tenantId, orderId, run, correlationId.',
  timeoutSeconds: TIMEOUT_SECONDS,
  startAt: 'Hold',
  input: INPUT,
  onFault: 'LeftToTheSweeper',
  steps: {
    Hold: {
      kind: 'task',
      function: 'inventory-hold',
      refusals: [{ error: StockUnavailable, next: 'Refuse', keepsError: true }, superseded],
      next: 'Charge',
    },
    Charge: {
      kind: 'task',
      function: 'payments-charge',
      timeoutSeconds: PROVIDER_TIMEOUT_SECONDS,
      refusals: [
        { error: PaymentDeclined, next: 'Refuse', keepsError: true },
        { error: PaymentUnavailable, next: 'AwaitPayment', keepsError: true },
        { error: PaymentUnresolved, next: 'Park', keepsError: true },
        superseded,
        { error: PaymentUnknown, next: 'Unknown', retried: true },
      ],
      next: 'Confirm',
    },
    Confirm: { kind: 'task', function: 'orders-confirm', refusals: [superseded] },
    Refuse: { kind: 'task', function: 'orders-refuse', refusals: [superseded], takesRefusal: true },
    AwaitPayment: { kind: 'task', function: 'orders-await-payment', refusals: [superseded] },
    Park: { kind: 'task', function: 'orders-park', refusals: [superseded], takesRefusal: true },
    Superseded: endings.Superseded,
    Unknown: {
      kind: 'succeed',
      comment: 'It is unknown whether the provider captured. The order stays placed, and the sweeper checks again.',
    },
    LeftToTheSweeper: endings.LeftToTheSweeper,
  },
};

/** Returns the money, releases the stock and ends the order. */
export const unwindOrder: SagaDefinition = {
  comment: 'Returns the money, releases the stock, closes. Input: tenantId, orderId, run, correlationId.',
  timeoutSeconds: TIMEOUT_SECONDS,
  startAt: 'Settle',
  input: INPUT,
  onFault: 'LeftToTheSweeper',
  steps: {
    Settle: {
      kind: 'task',
      function: 'payments-settle',
      timeoutSeconds: PROVIDER_TIMEOUT_SECONDS,
      refusals: [{ error: SettlementRefused, next: 'Park', keepsError: true }, superseded],
      next: 'Release',
    },
    Release: {
      kind: 'task',
      function: 'inventory-release',
      refusals: [{ error: HoldCommitted, next: 'Park', keepsError: true }, superseded],
      next: 'Close',
    },
    Close: { kind: 'task', function: 'orders-close', refusals: [superseded] },
    Park: { kind: 'task', function: 'orders-park', refusals: [superseded], takesRefusal: true },
    ...endings,
  },
};
