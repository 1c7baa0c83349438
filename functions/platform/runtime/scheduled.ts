import { lambdaHandler } from '#platform/runtime/handler';
import type { BaseRuntime } from '#platform/runtime/runtime';

const MARGIN_MS = 2_000;

/**
 * A function that runs on a schedule. No request caused it, so it runs without a correlation id. It must end by `deadlineMs`
 * (milliseconds since 1970); the next run takes up what is left.
 */
export const scheduledFunction = (rt: BaseRuntime, run: (deadlineMs: number) => Promise<void>) =>
  lambdaHandler<unknown, void>(rt, (_, { deadlineMs }) => rt.correlation.run(undefined, () => run(deadlineMs)), {
    marginMs: MARGIN_MS,
  });
