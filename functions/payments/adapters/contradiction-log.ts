import type { ReportContradiction } from '#payments/use-cases/ports';
import type { BaseRuntime } from '#platform/runtime/runtime';

/** Names what a person must look at, with the state as the provider returned it. */
export const contradictionLog =
  (rt: BaseRuntime): ReportContradiction =>
  (contradiction) =>
    rt.logger.error('what the provider says of a charge needs a person', { ...contradiction });
