import { describe, expect, it } from 'vitest';
import { createMachineUnderTest, failing, singleState, task } from './machine.ts';

describe('data', () => {
  it('sends the payload and puts the selected result at the result path', async () => {
    const { run, calls } = createMachineUnderTest(
      singleState(
        task({
          Parameters: {
            FunctionName: '${function-work}',
            Payload: { 'id.$': '$.invoice.id', 'name.$': '$$.Execution.Name', 'first.$': '$.lines[0].sku', fixed: [1] },
          },
          ResultSelector: { 'value.$': '$.Payload.done' },
          ResultPath: '$.invoice.result',
        }),
      ),
    );
    const input = { invoice: { id: 'o1' }, lines: [{ sku: 'mug' }] };
    const { status, output } = await run(input);
    expect([status, output]).toEqual(['SUCCEEDED', { ...input, invoice: { id: 'o1', result: { value: true } } }]);
    expect(calls).toMatchObject([
      { arn: 'arn:aws:lambda:fn:work', payload: { id: 'o1', name: 'id-1', first: 'mug', fixed: [1] } },
    ]);
  });

  it('drops the result with a null path, and the input with a null output path', async () => {
    expect((await createMachineUnderTest(singleState(task({ ResultPath: null }))).run({ a: 1 })).output).toEqual({
      a: 1,
    });
    expect((await createMachineUnderTest(singleState(task({ OutputPath: null }))).run({ a: 1 })).output).toEqual({});
    expect((await createMachineUnderTest(singleState(task({ OutputPath: '$.Payload' }))).run({ a: 1 })).output).toEqual(
      { done: true },
    );
  });

  it('invokes a function by its own ARN, and passes data between states', async () => {
    const { run, calls } = createMachineUnderTest({
      StartAt: 'Shape',
      States: {
        Shape: { Type: 'Pass', Result: { b: 2 }, ResultPath: '$.made', Next: 'Run' },
        Run: { Type: 'Task', Resource: '${function-work}', InputPath: '$.made', Next: 'Done' },
        Done: { Type: 'Succeed' },
      },
    });
    expect((await run({ a: 1 })).output).toEqual({ done: true });
    expect(calls[0]?.payload).toEqual({ b: 2 });
  });

  it('fails with ParameterPathFailure if a path does not exist', async () => {
    const { run } = createMachineUnderTest(
      singleState(task({ Parameters: { FunctionName: '${function-work}', 'Payload.$': '$.absent' } })),
    );
    expect(await run()).toMatchObject({ status: 'FAILED', error: 'States.ParameterPathFailure' });
  });
});

describe('failures', () => {
  const retried = (retrier: object) => singleState(task({ Retry: [{ ErrorEquals: ['States.ALL'], ...retrier }] }));

  it('reports the error and its cause in the form of Lambda', async () => {
    const described = await createMachineUnderTest(singleState(task()), failing('StockUnavailable')).run();
    expect(described).toMatchObject({ status: 'FAILED', error: 'StockUnavailable' });
    expect(JSON.parse(described.cause ?? '')).toEqual({
      errorType: 'StockUnavailable',
      errorMessage: 'it went wrong',
      trace: ['at work'],
    });
  });

  it('retries with backoff up to its limits, and counts retries and failures apart from transitions', async () => {
    const { run, calls, executions } = createMachineUnderTest(
      retried({ IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3, MaxDelaySeconds: 10 }),
      failing('Broken'),
    );
    expect(await run({}, 60_000)).toMatchObject({ status: 'FAILED', error: 'Broken' });
    const [first = 0] = calls.map(({ at }) => at);
    expect(calls.map(({ at }) => at - first)).toEqual([0, 2_000, 8_000, 18_000]);
    expect(executions.all()).toMatchObject([{ transitions: 2, retries: 3, failures: 4 }]);
  });

  it('spreads retries by full jitter', async () => {
    const { run, calls } = createMachineUnderTest(
      retried({ IntervalSeconds: 4, MaxAttempts: 1, JitterStrategy: 'FULL' }),
      failing('Broken'),
    );
    await run({}, 60_000);
    expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBe(2_000);
  });

  it('continues after a retry that succeeds', async () => {
    const { run } = createMachineUnderTest(retried({}), (_, call) => (call < 3 ? failing('Broken')() : 'fine'));
    expect(await run({}, 60_000)).toMatchObject({ status: 'SUCCEEDED', output: { Payload: 'fine' } });
  });

  it('uses only the first retrier that matches the error, even one without attempts', async () => {
    const { run, calls } = createMachineUnderTest(
      singleState(task({ Retry: [{ ErrorEquals: ['Declined'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }] })),
      failing('Declined'),
    );
    expect(await run({}, 60_000)).toMatchObject({ status: 'FAILED' });
    expect(calls).toHaveLength(1);
  });

  it('catches by name and keeps the input beside the error', async () => {
    const { run } = createMachineUnderTest(
      singleState(task({ Catch: [{ ErrorEquals: ['Declined'], ResultPath: '$.refusal', Next: 'Caught' }] }), {
        Caught: { Type: 'Succeed' },
      }),
      failing('Declined'),
    );
    expect(await run({ id: 1 })).toMatchObject({
      status: 'SUCCEEDED',
      output: { id: 1, refusal: { Error: 'Declined' } },
    });
  });

  it.each([
    ['States.TaskFailed', 'Declined', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.ALL', 'States.Timeout', true],
    ['Other', 'Declined', false],
  ])('%s catches %s: %s', async (name, error, caught) => {
    const { run } = createMachineUnderTest(
      singleState(task({ Catch: [{ ErrorEquals: [name], Next: 'Caught' }] }), { Caught: { Type: 'Succeed' } }),
      failing(error),
    );
    expect((await run()).status).toBe(caught ? 'SUCCEEDED' : 'FAILED');
  });

  it('fails a task that takes too long with States.Timeout', async () => {
    const { run } = createMachineUnderTest(singleState(task({ TimeoutSeconds: 5 })), () => new Promise(() => {}));
    expect(await run({}, 4_999)).toMatchObject({ status: 'RUNNING' });
    expect(
      await createMachineUnderTest(singleState(task({ TimeoutSeconds: 5 })), () => new Promise(() => {})).run(
        {},
        5_000,
      ),
    ).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
    });
  });

  it('does not count the time that a task waits for an environment', async () => {
    const { run } = createMachineUnderTest(singleState(task({ TimeoutSeconds: 5 })), undefined, 60_000);
    expect(await run({}, 60_000)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('ends an execution that takes too long, between two retries as well', async () => {
    const { run, calls } = createMachineUnderTest(
      { ...retried({ IntervalSeconds: 20, MaxAttempts: 9 }), TimeoutSeconds: 30 },
      failing('Broken'),
    );
    expect(await run({}, 600_000)).toMatchObject({ status: 'TIMED_OUT' });
    expect(calls).toHaveLength(2);
  });

  it('fails with the error and cause of a Fail state', async () => {
    const { run } = createMachineUnderTest(singleState({ Type: 'Fail', Error: 'GivenUp', Cause: 'no attempts left' }));
    expect(await run()).toMatchObject({ status: 'FAILED', error: 'GivenUp', cause: 'no attempts left' });
  });
});
