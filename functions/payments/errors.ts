import { defineProblems } from '#platform/http/problems';
import type { Metrics } from '#platform/manifest';
import { defineSagaErrors } from '#platform/saga/saga-error';

export const problems = defineProblems({
  invalid_signature: {
    status: 401,
    title: 'The signature is missing, wrong or too old.',
    detail: 'Sign `<t>.<body>` with the callback key and a time of at most 5 minutes ago, and send `t=<t>,v1=<hex>`.',
  },
  charge_not_found: {
    status: 404,
    title: 'There is no charge under this key.',
    detail: 'Check the key. It has the form `<tenantId>.<orderId>`.',
  },
});

export const sagaErrors = defineSagaErrors({
  PaymentDeclined: 'the provider declined the payment',
  PaymentUnavailable: 'the provider is unavailable and will never be called for this order',
  PaymentUnknown: 'it is unknown whether the provider acted',
  SettlementRefused: 'the provider refuses the refund',
});

export const metrics = {
  BreakerOpened: {
    alarm: {
      text: 'A payment provider keeps failing: its circuit breaker is open, and orders await offline payment.',
      runbook: 'breaker-open',
    },
  },
} as const satisfies Metrics;
