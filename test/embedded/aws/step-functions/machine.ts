import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { sleep } from '../../../../embedded/aws/clock.ts';
import { createRequestHandler } from '../../../../embedded/aws/dispatch.ts';
import { createInFlightCounter } from '../../../../embedded/aws/in-flight.ts';
import { FunctionError } from '../../../../embedded/aws/lambda/function-error.ts';
import { parseDefinition } from '../../../../embedded/aws/step-functions/definition.ts';
import { createMachine } from '../../../../embedded/aws/step-functions/machine.ts';
import { createStepFunctions } from '../../../../embedded/aws/step-functions/service.ts';
import { createVirtualClock } from '../../../../embedded/aws/virtual-clock.ts';

const INVOKE = 'arn:aws:states:::lambda:invoke';
export const task = (more: object = {}) => ({
  Type: 'Task',
  Resource: INVOKE,
  Parameters: { FunctionName: '${function-work}', 'Payload.$': '$' },
  End: true,
  ...more,
});
export const singleState = (state: object, others: object = {}) => ({
  StartAt: 'Only',
  States: { Only: state, ...others },
});
export const parse = (definition: object) =>
  parseDefinition('flow', JSON.stringify(definition), (id) =>
    id === 'function-work' ? 'arn:aws:lambda:fn:work' : undefined,
  );

export const createMachineUnderTest = (
  definition: object,
  handler: (payload: unknown, call: number) => unknown = () => ({ done: true }),
  waitMs = 0,
) => {
  const clock = createVirtualClock();
  const calls: { readonly at: number; readonly arn: string; readonly payload: unknown }[] = [];
  const machine = createMachine('flow', parse(definition));
  let ids = 0;
  const { service, executions } = createStepFunctions(new Map([[machine.name, machine]]), {
    clock,
    random: () => 0.5,
    newId: () => `id-${++ids}`,
    inFlight: createInFlightCounter(),
    invoke: async (arn, payload, onStarted) => {
      if (waitMs > 0) await sleep(clock, waitMs);
      onStarted();
      calls.push({ at: clock.now(), arn, payload });
      return handler(payload, calls.length);
    },
  });
  const client = new SFNClient({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: createRequestHandler([service], { name: 'test' }),
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
  return { clock, client, calls, executions, machine, start, run };
};

export const failing = (name: string) => () => {
  throw new FunctionError(name, 'it went wrong', ['at work']);
};
