import { describe, expect, it } from 'vitest';
import { type SagaDefinition, type TaskStep, tasksOf, toAsl } from '#platform/saga/definition';

const Rejected = { name: 'Rejected', message: 'the request is rejected' };
const Unknown = { name: 'Unknown', message: 'the outcome is unknown' };
const Outdated = { name: 'Outdated', message: 'the run is outdated' };

const task = (change: Partial<TaskStep> = {}): TaskStep => ({
  kind: 'task',
  function: 'shop-work',
  refusals: [],
  ...change,
});
const sagaWith = (steps: SagaDefinition['steps']): SagaDefinition => ({
  comment: 'Works.',
  timeoutSeconds: 60,
  startAt: 'Work',
  input: ['id', 'run'],
  onFault: 'Failed',
  steps: { ...steps, Failed: { kind: 'fail', error: 'Failed', cause: 'retries did not help' } },
});
const stateOf = (step: TaskStep) => {
  const state = toAsl(sagaWith({ Work: step })).States['Work'];
  if (state?.Type !== 'Task' || !('Retry' in state)) throw new Error('not a task state');
  return state;
};

/** Written out, so that a change of the policy is a change of this test. */
const RETRY_POLICY = {
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: 1,
  BackoffRate: 2,
  MaxDelaySeconds: 30,
  MaxAttempts: 4,
  JitterStrategy: 'FULL',
};

describe('a saga in Amazon States Language', () => {
  it('has the comment, the time-out, the start and a state for each step', () => {
    const asl = toAsl(sagaWith({ Work: task(), Done: { kind: 'succeed', comment: 'Nothing is left to do.' } }));
    expect(asl).toMatchObject({ Comment: 'Works.', TimeoutSeconds: 60, StartAt: 'Work' });
    expect(Object.keys(asl.States)).toEqual(['Work', 'Done', 'Failed']);
    expect(asl.States['Done']).toEqual({ Type: 'Succeed', Comment: 'Nothing is left to do.' });
    expect(asl.States['Failed']).toEqual({ Type: 'Fail', Error: 'Failed', Cause: 'retries did not help' });
  });
});

describe('a task', () => {
  it('invokes its function with the input of the saga, and discards the result', () => {
    expect(stateOf(task())).toMatchObject({
      Type: 'Task',
      Resource: 'arn:${partition}:states:::lambda:invoke',
      Parameters: { FunctionName: '${shop-work}', 'Payload.$': '$' },
      ResultPath: null,
    });
  });

  it('passes also the cause of the refusal to a step that takes it with its cause', () => {
    expect(stateOf(task({ takesRefusal: 'with_cause' })).Parameters).toMatchObject({
      Payload: { 'error.$': '$.refusal.Error', 'cause.$': '$.refusal.Cause' },
    });
  });

  it('passes the input fields and the name of the refusal to a step that takes it', () => {
    expect(stateOf(task({ takesRefusal: true })).Parameters).toEqual({
      FunctionName: '${shop-work}',
      Payload: { 'id.$': '$.id', 'run.$': '$.run', 'error.$': '$.refusal.Error' },
    });
  });

  it('ends the execution unless another step follows', () => {
    expect(stateOf(task())).toMatchObject({ End: true });
    const followed = stateOf(task({ next: 'Failed' }));
    expect(followed).toMatchObject({ Next: 'Failed' });
    expect(followed).not.toHaveProperty('End');
  });

  it('has a time-out of 20 seconds unless it sets another', () => {
    expect(stateOf(task()).TimeoutSeconds).toBe(20);
    expect(stateOf(task({ timeoutSeconds: 30 })).TimeoutSeconds).toBe(30);
  });

  it('retries every fault by the one policy, what Lambda throttles more often, and no refusal', () => {
    const refusals = [
      { error: Rejected, next: 'Failed' },
      { error: Outdated, next: 'Failed' },
    ];
    expect(stateOf(task({ refusals })).Retry).toEqual([
      { ErrorEquals: ['Rejected', 'Outdated'], MaxAttempts: 0 },
      { ...RETRY_POLICY, ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 6 },
      RETRY_POLICY,
    ]);
  });

  it('retries a refusal that is marked as retried', () => {
    const refusals = [
      { error: Rejected, next: 'Failed' },
      { error: Unknown, next: 'Failed', retried: true as const },
    ];
    expect(stateOf(task({ refusals })).Retry[0]).toEqual({ ErrorEquals: ['Rejected'], MaxAttempts: 0 });
  });

  it('catches its refusals in their order, and any other error last', () => {
    const refusals = [
      { error: Rejected, next: 'Refuse', keepsError: true as const },
      { error: Outdated, next: 'Done' },
      { error: Unknown, next: 'Wait', retried: true as const },
    ];
    expect(stateOf(task({ refusals })).Catch).toEqual([
      { ErrorEquals: ['Rejected'], ResultPath: '$.refusal', Next: 'Refuse' },
      { ErrorEquals: ['Outdated'], Next: 'Done' },
      { ErrorEquals: ['Unknown'], Next: 'Wait' },
      { ErrorEquals: ['States.ALL'], Next: 'Failed' },
    ]);
  });
});

describe('the functions of a saga', () => {
  it('are those of its tasks, each once', () => {
    const saga = sagaWith({
      Work: task({ next: 'Check' }),
      Check: task({ function: 'shop-check', next: 'Repeat' }),
      Repeat: task(),
      Done: { kind: 'succeed', comment: 'Nothing is left to do.' },
    });
    expect(tasksOf(saga)).toEqual(['shop-work', 'shop-check']);
  });
});
