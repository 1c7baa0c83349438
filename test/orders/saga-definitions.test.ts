import { describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { sagaErrors } from '#orders/errors';
import { fulfilOrder, unwindOrder } from '#orders/saga/definitions';
import { functionsOf } from '#platform/manifest';
import { toAsl } from '#platform/saga/definition';

const DEFAULT_FUNCTION_TIMEOUT_SECONDS = 10;

const tasks = Object.entries({ fulfilOrder, unwindOrder }).flatMap(([saga, definition]) =>
  Object.entries(definition.steps).flatMap(([name, step]) =>
    step.kind === 'task' ? [{ saga, name, step, state: toAsl(definition).States[name] }] : [],
  ),
);

describe.each(tasks)('the step $name of $saga', ({ name, step, state }) => {
  it('waits longer than its function may take, so that no attempt is repeated while it runs', () => {
    const fn = functionsOf(...contexts).find(({ id }) => id === step.function);
    const { TimeoutSeconds: waitSeconds = 0 } = state as { readonly TimeoutSeconds?: number };
    expect(waitSeconds).toBeGreaterThan(fn?.spec.timeoutSeconds ?? DEFAULT_FUNCTION_TIMEOUT_SECONDS);
  });

  it('ends the execution without a failure if the order has moved on', () =>
    expect(step.refusals).toContainEqual({ error: sagaErrors.Superseded, next: 'Superseded' }));

  it('hands what no retry resolves to a person, without a retry; if even that fails, to the sweeper', () => {
    const refusal = step.refusals.find(({ error }) => error.name === 'Unprocessable');
    if (name === 'Park') expect(refusal).toBeUndefined();
    else expect(refusal).toEqual({ error: sagaErrors.Unprocessable, next: 'Park', keepsError: true });
  });
});
