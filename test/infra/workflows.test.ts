import aslValidator from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, names } from '#platform/manifest';
import { resourceNames, statementsOf } from './roles.ts';
import { allStages, getOnly, type Json, settingsOf, synthesise } from './synthesis.ts';

const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));
const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
};
/** The definition as CloudFormation would resolve it. */
const resolve = (definition: Json): string =>
  typeof definition === 'string'
    ? definition
    : definition['Fn::Join'][1]
        .map((part: Json) => (typeof part === 'string' ? part : pseudoParameters[part.Ref]))
        .join('');

describe.each(allStages())('%s', (stage, synthesis) => {
  const named = names(stage);
  const machines = synthesis.ofType('AWS::StepFunctions::StateMachine');
  const tasks = functionsOf(...contexts).filter(({ spec }) => spec.task);
  const arn = (id: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${named.fn(id)}`;
  const invokedArns = (definition: string): readonly string[] => [
    ...new Set(definition.match(/arn:aws:lambda:[^"]+/g)),
  ];
  const definitionOf = (workflow: string) => {
    const machine = getOnly(
      machines.filter(({ Properties }) => Properties.StateMachineName === named.workflow(workflow)),
      workflow,
    );
    return { machine, definition: resolve(machine.Properties.DefinitionString) };
  };

  test('has the workflows of the contexts', () =>
    expect(machines.map(({ Properties }) => Properties.StateMachineName).sort()).toEqual(
      workflows.map(named.workflow).sort(),
    ));

  test.each(workflows)('%s is valid, and every placeholder is replaced by the ARN of a task', (workflow) => {
    const { definition } = definitionOf(workflow);
    expect(definition).not.toMatch(/\$\{|undefined/);
    expect(aslValidator(JSON.parse(definition), { checkArn: true })).toMatchObject({ isValid: true });
    for (const invoked of invokedArns(definition)) expect(tasks.map(({ id }) => arn(id))).toContain(invoked);
  });

  test.each(workflows)('%s may invoke its tasks and nothing else', (workflow) => {
    const { machine, definition } = definitionOf(workflow);
    const statements = statementsOf(synthesis, machine);
    const invokeStatements = statements.filter(({ Action }) => Action.some((action) => action.startsWith('lambda:')));
    expect(invokeStatements.map(({ Action }) => Action)).toEqual([['lambda:InvokeFunction']]);
    expect([...resourceNames(invokeStatements.flatMap(({ Resource }) => Resource))].sort()).toEqual(
      invokedArns(definition)
        .map((invoked) => invoked.slice(invoked.indexOf('function:')))
        .sort(),
    );
    const services = new Set(statements.flatMap(({ Action }) => Action.map((action) => action.split(':')[0])));
    expect([...services].sort()).toEqual(['lambda', 'logs', 'xray']);
  });

  test.each(workflows)('%s is Standard and traced, and logs errors without execution data', (workflow) => {
    const { machine } = definitionOf(workflow);
    expect(machine.Properties).toMatchObject({
      StateMachineType: 'STANDARD',
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
    const [{ CloudWatchLogsLogGroup }, ...others] = machine.Properties.LoggingConfiguration.Destinations;
    expect(others).toEqual([]);
    const logs = getOnly(
      synthesis
        .ofType('AWS::Logs::LogGroup')
        .filter(
          ({ stack, id }) => stack === machine.stack && id === CloudWatchLogsLogGroup.LogGroupArn['Fn::GetAtt'][0],
        ),
      'log group',
    );
    // log groups with this prefix need no entry each in the account's log resource policy
    expect(logs.Properties.LogGroupName).toBe(`/aws/vendedlogs/states/${named.workflow(workflow)}`);
  });

  test('a workflow invokes every task', () => {
    const invoked = workflows.flatMap((workflow) => invokedArns(definitionOf(workflow).definition));
    expect([...new Set(invoked)].sort()).toEqual(tasks.map(({ id }) => arn(id)).sort());
  });
});

test('a definition that names an unknown function is refused', () => {
  const withoutPayments = contexts.filter(({ context }) => context !== 'payments');
  expect(() => synthesise(settingsOf.dev, withoutPayments)).toThrow(
    'fulfil-order names functions that no manifest has: payments-charge',
  );
});
