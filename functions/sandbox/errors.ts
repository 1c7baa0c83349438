import type { Problems } from '#platform/http/problems';

export const problems = {
  charge_not_found: {
    status: 404,
    title: 'There is no charge under this key.',
    detail: 'Check the key. It has the form `<tenantId>.<orderId>`, or `<tenantId>.<orderId>.<n>` for a later attempt.',
  },
  not_refundable: {
    status: 409,
    title: 'The refund exceeds what is left to refund.',
    detail: 'Read the charge to see what was captured and refunded.',
  },
  not_disputable: {
    status: 409,
    title: 'The dispute exceeds what was captured.',
    detail: 'Read the charge to see what was captured and disputed.',
  },
  key_in_use: {
    status: 409,
    title: 'The key is used for something else.',
    detail: 'Charges and refunds share one space of keys. Use another key.',
  },
  refund_refused: {
    status: 409,
    title: 'The refund is refused.',
    detail: 'Remove the cause of the refusal, then request the refund again.',
  },
} as const satisfies Problems;
