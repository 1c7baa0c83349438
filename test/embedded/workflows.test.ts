import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { sleep } from '../../embedded/clock.ts';
import { FunctionError } from '../../embedded/lambda/function-error.ts';
import { requestHandler } from '../../embedded/sdk.ts';
import { workload } from '../../embedded/work.ts';
import { parseDefinition } from '../../embedded/workflows/definition.ts';
import { makeMachine } from '../../embedded/workflows/machine.ts';
import { stepFunctions } from '../../embedded/workflows/service.ts';
import { manualClock } from './fixtures/manual-clock.ts';

const INVOKE = 'arn:aws:states:::lambda:invoke';
const task = (more: object = {}) => ({
  Type: 'Task',
  Resource: INVOKE,
  Parameters: { FunctionName: '${shop-work}', 'Payload.$': '$' },
  End: true,
  ...more,
});
const one = (state: object, others: object = {}) => ({ StartAt: 'Only', States: { Only: state, ...others } });
const parse = (definition: object) =>
  parseDefinition('flow', JSON.stringify(definition), (id) =>
    id === 'shop-work' ? 'arn:aws:lambda:fn:work' : undefined,
  );

const setUp = (
  definition: object,
  work: (payload: unknown, call: number) => unknown = () => ({ done: true }),
  waitMs = 0,
) => {
  const clock = manualClock();
  const calls: { readonly at: number; readonly arn: string; readonly payload: unknown }[] = [];
  const machine = makeMachine('flow', parse(definition));
  let ids = 0;
  const { service, ledger } = stepFunctions(new Map([[machine.name, machine]]), {
    clock,
    random: () => 0.5,
    newId: () => `id-${++ids}`,
    work: workload(),
    invoke: async (arn, payload, begun) => {
      if (waitMs > 0) await sleep(clock, waitMs);
      begun();
      calls.push({ at: clock.now(), arn, payload });
      return work(payload, calls.length);
    },
  });
  const client = new SFNClient({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: requestHandler([service], { name: 'test' }),
  });
  const start = (input: unknown = {}, name?: string) =>
    client.send(
      new StartExecutionCommand({ stateMachineArn: machine.arn, input: JSON.stringify(input), ...(name && { name }) }),
    );
  const run = async (input: unknown = {}, ms = 0) => {
    const { executionArn } = await start(input);
    await clock.advance(ms);
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    return { ...described, output: described.output && JSON.parse(described.output) };
  };
  return { clock, client, calls, ledger, machine, start, run };
};

const failing = (name: string) => () => {
  throw new FunctionError(name, 'it went wrong', ['at work']);
};

describe('data', () => {
  it('sends the payload and puts the selected result where the path says', async () => {
    const { run, calls } = setUp(
      one(
        task({
          Parameters: {
            FunctionName: '${shop-work}',
            Payload: { 'id.$': '$.order.id', 'name.$': '$$.Execution.Name', 'first.$': '$.lines[0].sku', fixed: [1] },
          },
          ResultSelector: { 'value.$': '$.Payload.done' },
          ResultPath: '$.order.result',
        }),
      ),
    );
    const input = { order: { id: 'o1' }, lines: [{ sku: 'mug' }] };
    const { status, output } = await run(input);
    expect([status, output]).toEqual(['SUCCEEDED', { ...input, order: { id: 'o1', result: { value: true } } }]);
    expect(calls).toMatchObject([
      { arn: 'arn:aws:lambda:fn:work', payload: { id: 'o1', name: 'id-1', first: 'mug', fixed: [1] } },
    ]);
  });

  it('drops the result with a null path, and the input with a null output path', async () => {
    expect((await setUp(one(task({ ResultPath: null }))).run({ a: 1 })).output).toEqual({ a: 1 });
    expect((await setUp(one(task({ OutputPath: null }))).run({ a: 1 })).output).toEqual({});
    expect((await setUp(one(task({ OutputPath: '$.Payload' }))).run({ a: 1 })).output).toEqual({ done: true });
  });

  it('calls a function by its own ARN, and passes data on', async () => {
    const { run, calls } = setUp({
      StartAt: 'Shape',
      States: {
        Shape: { Type: 'Pass', Result: { b: 2 }, ResultPath: '$.made', Next: 'Work' },
        Work: { Type: 'Task', Resource: '${shop-work}', InputPath: '$.made', Next: 'Done' },
        Done: { Type: 'Succeed' },
      },
    });
    expect((await run({ a: 1 })).output).toEqual({ done: true });
    expect(calls[0]?.payload).toEqual({ b: 2 });
  });

  it('fails with the name of the error where a path leads nowhere', async () => {
    const { run } = setUp(one(task({ Parameters: { FunctionName: '${shop-work}', 'Payload.$': '$.absent' } })));
    expect(await run()).toMatchObject({ status: 'FAILED', error: 'States.ParameterPathFailure' });
  });
});

describe('failures', () => {
  const retried = (retrier: object) => one(task({ Retry: [{ ErrorEquals: ['States.ALL'], ...retrier }] }));

  it('tells the error and its cause as Lambda does', async () => {
    const described = await setUp(one(task()), failing('StockUnavailable')).run();
    expect(described).toMatchObject({ status: 'FAILED', error: 'StockUnavailable' });
    expect(JSON.parse(described.cause ?? '')).toEqual({
      errorType: 'StockUnavailable',
      errorMessage: 'it went wrong',
      trace: ['at work'],
    });
  });

  it('retries with back-off up to its limits, and counts retries apart from transitions', async () => {
    const { run, calls, ledger } = setUp(
      retried({ IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3, MaxDelaySeconds: 10 }),
      failing('Broken'),
    );
    expect(await run({}, 60_000)).toMatchObject({ status: 'FAILED', error: 'Broken' });
    const [first = 0] = calls.map(({ at }) => at);
    expect(calls.map(({ at }) => at - first)).toEqual([0, 2_000, 8_000, 18_000]);
    expect(ledger.all()).toMatchObject([{ transitions: 2, retries: 3 }]);
  });

  it('spreads retries by full jitter', async () => {
    const { run, calls } = setUp(
      retried({ IntervalSeconds: 4, MaxAttempts: 1, JitterStrategy: 'FULL' }),
      failing('Broken'),
    );
    await run({}, 60_000);
    expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBe(2_000);
  });

  it('goes on after a retry that succeeds', async () => {
    const { run } = setUp(retried({}), (_, call) => (call < 3 ? failing('Broken')() : 'fine'));
    expect(await run({}, 60_000)).toMatchObject({ status: 'SUCCEEDED', output: { Payload: 'fine' } });
  });

  it('lets the first retrier that names the error decide, and keeps one that has no attempts from retrying', async () => {
    const { run, calls } = setUp(
      one(task({ Retry: [{ ErrorEquals: ['Declined'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }] })),
      failing('Declined'),
    );
    expect(await run({}, 60_000)).toMatchObject({ status: 'FAILED' });
    expect(calls).toHaveLength(1);
  });

  it('catches by name and leaves the input beside the error', async () => {
    const { run } = setUp(
      one(task({ Catch: [{ ErrorEquals: ['Declined'], ResultPath: '$.refusal', Next: 'Caught' }] }), {
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
    const { run } = setUp(
      one(task({ Catch: [{ ErrorEquals: [name], Next: 'Caught' }] }), { Caught: { Type: 'Succeed' } }),
      failing(error),
    );
    expect((await run()).status).toBe(caught ? 'SUCCEEDED' : 'FAILED');
  });

  it('ends a task that takes too long with States.Timeout', async () => {
    const { run } = setUp(one(task({ TimeoutSeconds: 5 })), () => new Promise(() => {}));
    expect(await run({}, 4_999)).toMatchObject({ status: 'RUNNING' });
    expect(await setUp(one(task({ TimeoutSeconds: 5 })), () => new Promise(() => {})).run({}, 5_000)).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
    });
  });

  it('does not count the time that a task waits for an environment', async () => {
    const { run } = setUp(one(task({ TimeoutSeconds: 5 })), undefined, 60_000);
    expect(await run({}, 60_000)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('ends an execution that takes too long, also between two retries', async () => {
    const { run, calls } = setUp(
      { ...retried({ IntervalSeconds: 20, MaxAttempts: 9 }), TimeoutSeconds: 30 },
      failing('Broken'),
    );
    expect(await run({}, 600_000)).toMatchObject({ status: 'TIMED_OUT' });
    expect(calls).toHaveLength(2);
  });

  it('fails as a Fail state says', async () => {
    const { run } = setUp(one({ Type: 'Fail', Error: 'Parked', Cause: 'for good' }));
    expect(await run()).toMatchObject({ status: 'FAILED', error: 'Parked', cause: 'for good' });
  });
});

describe('executions', () => {
  it('starts a name once: again with the same input while it runs is the same execution, anything else is refused', async () => {
    let finish: (value: unknown) => void = () => {};
    const { start, clock, calls } = setUp(one(task()), () => new Promise((resolve) => (finish = resolve)));
    const first = await start({ a: 1 }, 'order.1');
    const again = await start({ a: 1 }, 'order.1');
    expect(again).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
    await expect(start({ a: 2 }, 'order.1')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    finish('fine');
    await clock.advance(0);
    await expect(start({ a: 1 }, 'order.1')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect(calls).toHaveLength(1);
  });

  it('lists by status, newest first, in pages', async () => {
    const { start, client, machine, clock } = setUp(one(task()));
    for (const name of ['a', 'b', 'c']) await start({}, name);
    await clock.advance(0);
    const list = { stateMachineArn: machine.arn, statusFilter: 'SUCCEEDED', maxResults: 2 } as const;
    const page = await client.send(new ListExecutionsCommand(list));
    expect(page.executions?.map(({ name }) => name)).toEqual(['c', 'b']);
    const rest = await client.send(new ListExecutionsCommand({ ...list, nextToken: page.nextToken }));
    expect([rest.executions?.map(({ name }) => name), rest.nextToken]).toEqual([['a'], undefined]);
  });

  it('goes no further once it is stopped', async () => {
    const { start, client, clock, calls, ledger } = setUp(
      one(task({ Retry: [{ ErrorEquals: ['States.ALL'] }] })),
      failing('Broken'),
    );
    const { executionArn } = await start();
    await client.send(new StopExecutionCommand({ executionArn, error: 'ByHand' }));
    await clock.advance(60_000);
    expect([calls.length, ledger.all()]).toMatchObject([1, [{ status: 'ABORTED', error: 'ByHand' }]]);
  });

  it('refuses names, inputs and machines that it cannot take', async () => {
    const { start, client } = setUp(one(task()));
    await expect(start({}, 'a b')).rejects.toMatchObject({ name: 'InvalidName' });
    const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:flow';
    await expect(client.send(new StartExecutionCommand({ stateMachineArn, input: '{' }))).rejects.toMatchObject({
      name: 'InvalidExecutionInput',
    });
    await expect(
      client.send(new DescribeStateMachineCommand({ stateMachineArn: `${stateMachineArn}2` })),
    ).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });
});

it.each([
  ['a state of an unknown type', one({ Type: 'Map', End: true }), /Map, state Only/],
  ['an unknown field', one(task({ HeartbeatSeconds: 3 })), /HeartbeatSeconds of Only/],
  ['an unknown field of a retrier', one(task({ Retry: [{ ErrorEquals: [], X: 1 }] })), /X of a Retry of Only/],
  ['another query language', { ...one(task()), QueryLanguage: 'JSONata' }, /QueryLanguage of the definition/],
  ['an intrinsic function', one(task({ Parameters: { 'id.$': 'States.UUID()' } })), /the path "States.UUID\(\)"/],
  ['another resource', one(task({ Resource: 'arn:aws:states:::sqs:sendMessage' })), /sqs:sendMessage of Only/],
  ['a state that is not there', one(task({ End: false, Next: 'Nowhere' })), /leads to Nowhere/],
  ['a function that is not there', one(task({ Resource: '${shop-none}' })), /there is no task shop-none/],
])('refuses %s before anything starts', (_, definition, message) => {
  expect(() => parse(definition)).toThrow(message);
});
