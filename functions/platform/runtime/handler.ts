import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { withoutEmails } from '#platform/runtime/log-privacy';
import type { BaseRuntime } from '#platform/runtime/runtime';

export type LambdaHandler<E, R> = (event: E, context: Context) => Promise<R>;

type Options<R> = {
  /** What the function keeps back of its time, so that it ends by itself before Lambda ends it. Default 0. */
  readonly marginMs?: number;
  /** Turns an error into a response. Without it the invocation fails. */
  readonly onError?: (error: Error) => R;
};

/**
 * A Lambda handler as every function of Breakwater has it: each log line names the invocation, and the function knows its deadline. No
 * error that leaves it names an e-mail address. `deadlineMs` is in milliseconds since 1970. Middy's own early time-out is off: it would set
 * a real timer on hosts with a clock of their own.
 */
export const lambdaHandler = <E, R>(
  { logger, now }: BaseRuntime,
  handle: (event: E, invocation: { readonly context: Context; readonly deadlineMs: number }) => Promise<R>,
  { marginMs = 0, onError }: Options<R> = {},
): LambdaHandler<E, R> => {
  const handler = middy<E, R>({ timeoutEarlyInMillis: 0 }).use(
    // an event has what clients send, so no environment variable may have it logged
    injectLambdaContext(logger, { resetKeys: true, logEvent: false }),
  );
  if (onError)
    handler.onError((request) => {
      request.response = onError(request.error ?? new Error('an unknown error'));
    });
  else
    handler.onError(({ error }) => {
      withoutEmails(error);
    });
  return handler.handler((event, context) =>
    handle(event, { context, deadlineMs: now().getTime() + context.getRemainingTimeInMillis() - marginMs }),
  ) as LambdaHandler<E, R>;
};
