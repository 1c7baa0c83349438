import {
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createMachineUnderTest, failing, singleState, task } from './machine.ts';

describe('executions', () => {
  it('starts a name once: a repetition with the same input returns the running execution, any other is rejected', async () => {
    let finish: (value: unknown) => void = () => {};
    const { start, clock, calls } = createMachineUnderTest(
      singleState(task()),
      () => new Promise((resolve) => (finish = resolve)),
    );
    const first = await start({ a: 1 }, 'invoice.1');
    const again = await start({ a: 1 }, 'invoice.1');
    expect(again).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
    await expect(start({ a: 2 }, 'invoice.1')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    finish('fine');
    await clock.advance(0);
    await expect(start({ a: 1 }, 'invoice.1')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect(calls).toHaveLength(1);
  });

  it('lists by status, newest first, in pages', async () => {
    const { start, client, machine, clock } = createMachineUnderTest(singleState(task()));
    for (const name of ['a', 'b', 'c']) await start({}, name);
    await clock.advance(0);
    const list = { stateMachineArn: machine.arn, statusFilter: 'SUCCEEDED', maxResults: 2 } as const;
    const page = await client.send(new ListExecutionsCommand(list));
    expect(page.executions?.map(({ name }) => name)).toEqual(['c', 'b']);
    const rest = await client.send(new ListExecutionsCommand({ ...list, nextToken: page.nextToken }));
    expect([rest.executions?.map(({ name }) => name), rest.nextToken]).toEqual([['a'], undefined]);
  });

  it('enters no further state once it is stopped', async () => {
    const { start, client, clock, calls, executions } = createMachineUnderTest(
      singleState(task({ Retry: [{ ErrorEquals: ['States.ALL'] }] })),
      failing('Broken'),
    );
    const { executionArn } = await start();
    const { stopDate } = await client.send(new StopExecutionCommand({ executionArn, error: 'ByHand' }));
    expect(stopDate).toEqual(new Date(clock.now()));
    await clock.advance(60_000);
    expect([calls.length, executions.all()]).toMatchObject([1, [{ status: 'ABORTED', error: 'ByHand' }]]);
  });

  it('rejects invalid names, invalid inputs and unknown machines', async () => {
    const { start, client } = createMachineUnderTest(singleState(task()));
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
