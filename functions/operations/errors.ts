import type { Metrics } from '#platform/manifest';

export const metrics = {
  /** A worker failed on a message that was sent more than ten minutes ago. The details name its queue. */
  MessagesBehind: {
    alarm: { text: 'A worker keeps failing on messages that are older than ten minutes.', runbook: 'queue-behind' },
  },
  /** Dead letters that were sent back to their consumers, canaries included. */
  DeadLettersSentBack: {},
} as const satisfies Metrics;
