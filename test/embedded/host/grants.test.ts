import { DescribeEventBusCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { afterAll, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { type FunctionId, functionsOf, names } from '#platform/manifest';
import { stateMachineArn } from '../../../embedded/aws/arns.ts';
import { createHost } from '../../../embedded/host/host.ts';
import { secrets } from '../../fixtures/secrets.ts';

const host = createHost({ contexts, secrets });
afterAll(() => host.close());

const named = names('dev');
const functions = functionsOf(...contexts);
const workflows = contexts.flatMap((context) => Object.keys(context.workflows ?? {}));

/** Whether the function's role allows the call, whatever comes of it. */
const isAllowed = async (call: Promise<unknown>): Promise<boolean> => {
  try {
    await call;
    return true;
  } catch (error) {
    return (error as Error).name !== 'AccessDeniedException';
  }
};
const describeBus = (id: FunctionId, Name: string) =>
  isAllowed(host.createRuntime(id).runtime.bus.send(new DescribeEventBusCommand({ Name })));
const describeMachine = (id: FunctionId, name: string) => {
  const command = new DescribeStateMachineCommand({ stateMachineArn: stateMachineArn(name) });
  return isAllowed(host.createRuntime(id).runtime.workflows.send(command));
};
const putEvent = (id: FunctionId, EventBusName: string) => {
  const Entries = [{ EventBusName, Source: 's', DetailType: 'None.v1', Detail: '{}' }];
  return isAllowed(host.createRuntime(id).runtime.bus.send(new PutEventsCommand({ Entries })));
};

// lib/constructs/permissions.ts writes the roles, and test/infra/permissions.test.ts compares them with the manifest
it.each(functions)('allows $id to describe and publish only what its role allows', async ({ id, spec }) => {
  const inspects = spec.inspects === true;
  expect(await describeBus(id, named.bus)).toBe(inspects);
  expect(await describeBus(id, 'other')).toBe(false);
  for (const workflow of workflows) expect(await describeMachine(id, named.workflow(workflow as never))).toBe(inspects);
  expect(await describeMachine(id, 'other')).toBe(false);
  expect(await putEvent(id, named.bus)).toBe(spec.publishes === true);
  expect(await putEvent(id, 'other')).toBe(false);
});
