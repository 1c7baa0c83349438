import type { Metric } from '#shared/runtime';

/**
 * A log line of CloudWatch's embedded metric format: CloudWatch makes the metric of it, and no call is made. It must be a line of
 * its own on the standard output, for what goes through the console gets a prefix.
 */
export const embeddedMetric = (
  stage: string,
  timestamp: number,
  name: Metric,
  value: number,
  details: Readonly<Record<string, unknown>> = {},
): string =>
  JSON.stringify({
    ...details,
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        { Namespace: 'Breakwater', Dimensions: [['Stage']], Metrics: [{ Name: name, Unit: 'Count' }] },
      ],
    },
    Stage: stage,
    [name]: value,
  });
