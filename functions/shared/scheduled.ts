import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { World } from '#shared/runtime';

/** What is kept back of a function's time, so that it ends by itself before Lambda ends it. */
const MARGIN_MS = 2_000;

/** A function that runs by the clock, caused by no request. `until` is when it must have ended, in milliseconds since 1970; what is left waits for the next run. */
export const scheduledFunction = (rt: World, act: (until: number) => Promise<void>) =>
  middy<unknown, void>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(rt.logger, { resetKeys: true }))
    .handler((_, context) =>
      rt.correlation.within(undefined, () => act(rt.now().getTime() + context.getRemainingTimeInMillis() - MARGIN_MS)),
    );
