import { maskingReplacer } from '#platform/runtime/log-privacy';

export type EmbeddedMetric = {
  readonly stage: string;
  readonly timestampMs: number;
  readonly name: string;
  readonly value: number;
  /** Stand beside the figure in the log and are no dimensions. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
};

/**
 * A log line in CloudWatch's embedded metric format: CloudWatch extracts the metric from it, without an API call (ADR 50). It must
 * be a line of its own on standard output, because the console adds a prefix.
 */
export const embeddedMetric = ({ stage, timestampMs, name, value, details = {} }: EmbeddedMetric): string =>
  JSON.stringify(
    {
      ...details,
      _aws: {
        Timestamp: timestampMs,
        CloudWatchMetrics: [
          { Namespace: 'Breakwater', Dimensions: [['Stage']], Metrics: [{ Name: name, Unit: 'Count' }] },
        ],
      },
      Stage: stage,
      [name]: value,
    },
    maskingReplacer,
  );
