import type { Metrics } from '#platform/manifest';

export const metrics = {
  /** A worker failed on a message that was sent more than ten minutes ago. The details name its queue. */
  MessagesBehind: {
    alarm: { text: 'A worker keeps failing on messages that are older than ten minutes.', runbook: 'queue-behind' },
  },
  /** A function named a key of another tenant, and the table's client refused the call (ADR 89). The details name the function. */
  ForeignKeysRefused: {
    alarm: {
      text: "A function would have used another tenant's data, and was refused: it is a defect.",
      runbook: 'foreign-key',
    },
  },
  /** Dead letters that were sent back to their consumers, canaries included. */
  DeadLettersSentBack: {},
} as const satisfies Metrics;
