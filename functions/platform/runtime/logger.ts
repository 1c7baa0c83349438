import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, LogLevel, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import type { Correlation } from '#platform/runtime/correlation';
import { maskingReplacer } from '#platform/runtime/log-privacy';

/** The log lines of Powertools without fields that no function fills, and with the correlation id. */
class CorrelatedFormatter extends LogFormatter {
  readonly #correlation: Correlation;

  constructor(correlation: Correlation) {
    super();
    this.#correlation = correlation;
  }

  override formatAttributes(attributes: UnformattedAttributes, others: LogAttributes): LogItem {
    const { lambdaContext } = attributes;
    return new LogItem({
      attributes: {
        level: attributes.logLevel,
        message: attributes.message,
        timestamp: this.formatTimestamp(attributes.timestamp),
        service: attributes.serviceName,
        correlationId: this.#correlation.id(),
        cold_start: lambdaContext?.coldStart,
        function_name: lambdaContext?.functionName,
        function_request_id: lambdaContext?.awsRequestId,
        xray_trace_id: attributes.xRayTraceId,
      },
    }).addAttributes(others);
  }
}

/**
 * The logger of one execution environment. It reads the correlation id as it writes a line, so no line carries the id of other work,
 * and masks e-mail addresses.
 */
export const createLogger = (
  correlation: Correlation,
  options: { readonly serviceName: string; readonly logLevel?: LogLevel },
): Logger =>
  new Logger({ ...options, logFormatter: new CorrelatedFormatter(correlation), jsonReplacerFn: maskingReplacer });
