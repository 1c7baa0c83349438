import * as z from 'zod/mini';
import { lambdaHandler } from '#platform/runtime/handler';
import { describePermanentError } from '#platform/runtime/permanent-error';
import type { BaseRuntime } from '#platform/runtime/runtime';
import { SagaError, Unprocessable } from '#platform/saga/saga-error';
import { StringSchema, TenantIdSchema } from '#platform/schemas';

const MARGIN_MS = 1_000;

/** A task without a tenant in its input can use no tenant's key. */
const TenantInput = z.object({ tenantId: TenantIdSchema });
const CorrelatedInput = z.object({ correlationId: StringSchema });

/**
 * A task of a saga: parses its input, runs one step for the tenant in it and returns nothing. The saga sees an error by its name. A
 * refusal, which is a `SagaError`, is expected and logged as INFO; anything else is a fault. A fault that would repeat identically ends the
 * step as `Unprocessable`, so that its saga can hand the order to a person at once. The step must end by `deadlineMs` (milliseconds since
 * 1970).
 */
export const taskFunction = <S extends z.ZodMiniType>(
  rt: BaseRuntime,
  input: S,
  run: (input: z.infer<S>, deadlineMs: number) => Promise<void>,
) =>
  lambdaHandler<unknown, void>(
    rt,
    (event, { deadlineMs }) =>
      rt.correlation.run(CorrelatedInput.safeParse(event).data?.correlationId, async () => {
        try {
          const step = input.parse(event);
          await rt.tenants.run(TenantInput.safeParse(event).data?.tenantId, () => run(step, deadlineMs));
          rt.logger.info('task succeeded');
        } catch (error) {
          if (error instanceof SagaError) {
            rt.logger.info('task refused', { refusal: error.name, because: error.message });
            throw error;
          }
          rt.logger.error('task failed', error as Error);
          throw asUnprocessable(error as Error) ?? error;
        }
      }),
    { marginMs: MARGIN_MS },
  );

const asUnprocessable = (error: Error): Unprocessable | undefined => {
  const description = describePermanentError(error);
  return description === undefined ? undefined : new Unprocessable(description, error);
};
