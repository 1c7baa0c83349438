import type { Problems } from '#platform/http/problems';
import type { Metrics } from '#platform/manifest';
import type { SagaErrors } from '#platform/saga/saga-error';

export const problems = {
  invalid_signature: {
    status: 401,
    title: 'The signature is missing, wrong or too old.',
    detail: 'Sign `<t>.<body>` with the callback key and a time of at most 5 minutes ago, and send `t=<t>,v1=<hex>`.',
    headers: { 'www-authenticate': 'Breakwater-Signature' },
  },
  charge_not_found: {
    status: 404,
    title: 'There is no charge under this key.',
    detail: 'Check the key. It has the form `<tenantId>.<orderId>`, or `<tenantId>.<orderId>.<n>` for a later attempt.',
  },
} as const satisfies Problems;

export const sagaErrors = {
  PaymentDeclined: { name: 'PaymentDeclined', message: 'the provider declined the payment' },
  PaymentUnavailable: {
    name: 'PaymentUnavailable',
    message: 'the provider is unavailable, and this run never calls it for this order',
  },
  PaymentUnknown: { name: 'PaymentUnknown', message: 'it is unknown whether the provider acted' },
  PaymentUnresolved: { name: 'PaymentUnresolved', message: 'what the provider keeps of the payment needs a person' },
  SettlementRefused: { name: 'SettlementRefused', message: 'the provider refuses the refund' },
} as const satisfies SagaErrors;

export const metrics = {
  BreakerOpened: {
    alarm: {
      text: 'A payment provider keeps failing: its circuit breaker is open, and orders await their payment.',
      runbook: 'breaker-open',
    },
  },
  PaymentsChangedOutside: {
    alarm: {
      text: 'A payment was refunded or disputed at the provider without Breakwater.',
      runbook: 'payments-changed-outside',
    },
  },
  StrayCaptures: {
    alarm: {
      text: 'The provider captured money that belongs to no order, or contradicts a payment.',
      runbook: 'stray-captures',
    },
  },
  CallbacksRefused: {
    alarm: {
      text: 'The payment provider signed a callback that cannot be read, names no charge, or says another amount or currency than the order.',
      runbook: 'callbacks-refused',
    },
  },
  ReturnsRefused: {
    alarm: {
      text: 'The provider does not return captured money that no order wants, or contradicts itself about it.',
      runbook: 'money-owed',
    },
  },
  ReturnsOverdue: {
    alarm: {
      text: 'Captured money that no order wants has been owed for more than 15 minutes, because the provider gives no definite answer.',
      runbook: 'money-owed',
    },
  },
} as const satisfies Metrics;
