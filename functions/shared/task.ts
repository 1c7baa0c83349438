import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import * as z from 'zod/mini';
import type { World } from '#shared/runtime';

/** What is kept back of a function's time, so that it ends by itself before Lambda ends it. */
const MARGIN_MS = 1_000;

const Caused = z.object({ correlationId: z.string() });

/**
 * A task of a saga: parses its input, runs one use case, answers nothing. What it throws reaches the saga by the error's name.
 * `until` is when it must have ended, in milliseconds since 1970.
 */
export const taskFunction = <S extends z.ZodMiniType>(
  rt: World,
  input: S,
  act: (input: z.infer<S>, until: number) => Promise<void>,
) =>
  middy<unknown, void>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(rt.logger, { resetKeys: true }))
    .handler((event, context) =>
      rt.correlation.within(Caused.safeParse(event).data?.correlationId, async () => {
        try {
          await act(input.parse(event), rt.now().getTime() + context.getRemainingTimeInMillis() - MARGIN_MS);
          rt.logger.info('task done');
        } catch (error) {
          rt.logger.warn('task failed', error as Error);
          throw error;
        }
      }),
    );
