import aslValidator from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, names } from '#platform/manifest';
import { statementsOf, tails } from './roles.ts';
import { everyStage, type Json, only, settingsOf, synthesise } from './synthesis.ts';

const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));
const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
};
/** The definition as CloudFormation would resolve it. */
const resolved = (definition: Json): string =>
  typeof definition === 'string'
    ? definition
    : definition['Fn::Join'][1].map((part: Json) => (typeof part === 'string' ? part : pseudo[part.Ref])).join('');

describe.each(everyStage())('%s', (stage, synthesis) => {
  const by = names(stage);
  const machines = synthesis.ofType('AWS::StepFunctions::StateMachine');
  const tasks = functionsOf(...contexts).filter(({ spec }) => spec.task);
  const arn = (id: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${by.fn(id)}`;
  const invoked = (definition: string): readonly string[] => [...new Set(definition.match(/arn:aws:lambda:[^"]+/g))];
  const definitionOf = (workflow: string) => {
    const machine = only(
      machines.filter(({ Properties }) => Properties.StateMachineName === by.workflow(workflow)),
      workflow,
    );
    return { machine, definition: resolved(machine.Properties.DefinitionString) };
  };

  test('has the workflows of the contexts', () =>
    expect(machines.map(({ Properties }) => Properties.StateMachineName).sort()).toEqual(
      workflows.map(by.workflow).sort(),
    ));

  test.each(workflows)('%s is valid, with every placeholder filled by a task', (workflow) => {
    const { definition } = definitionOf(workflow);
    expect(definition).not.toMatch(/\$\{|undefined/);
    expect(aslValidator(JSON.parse(definition), { checkArn: true })).toMatchObject({ isValid: true });
    for (const found of invoked(definition)) expect(tasks.map(({ id }) => arn(id))).toContain(found);
  });

  test.each(workflows)('%s may invoke its tasks, and nothing else', (workflow) => {
    const { machine, definition } = definitionOf(workflow);
    const statements = statementsOf(synthesis, machine);
    const invoking = statements.filter(({ Action }) => Action.some((action) => action.startsWith('lambda:')));
    expect(invoking.map(({ Action }) => Action)).toEqual([['lambda:InvokeFunction']]);
    expect([...tails(invoking.flatMap(({ Resource }) => Resource))].sort()).toEqual(
      invoked(definition)
        .map((found) => found.slice(found.indexOf('function:')))
        .sort(),
    );
    const services = new Set(statements.flatMap(({ Action }) => Action.map((action) => action.split(':')[0])));
    expect([...services].sort()).toEqual(['lambda', 'logs', 'xray']);
  });

  test.each(workflows)('%s is Standard, traced, and logs what happens without what it is about', (workflow) => {
    const { machine } = definitionOf(workflow);
    expect(machine.Properties).toMatchObject({
      StateMachineType: 'STANDARD',
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
    const [{ CloudWatchLogsLogGroup }, ...others] = machine.Properties.LoggingConfiguration.Destinations;
    expect(others).toEqual([]);
    const logs = only(
      synthesis
        .ofType('AWS::Logs::LogGroup')
        .filter(
          ({ stack, id }) => stack === machine.stack && id === CloudWatchLogsLogGroup.LogGroupArn['Fn::GetAtt'][0],
        ),
      'log group',
    );
    // under this prefix, the account's policy for logs does not grow with each group
    expect(logs.Properties.LogGroupName).toBe(`/aws/vendedlogs/states/${by.workflow(workflow)}`);
  });

  test('every task is one of a workflow', () => {
    const used = workflows.flatMap((workflow) => invoked(definitionOf(workflow).definition));
    expect([...new Set(used)].sort()).toEqual(tasks.map(({ id }) => arn(id)).sort());
  });
});

test('a definition that names a function which no manifest has is refused', () => {
  const withoutPayments = contexts.filter(({ context }) => context !== 'payments');
  expect(() => synthesise(settingsOf.dev, withoutPayments)).toThrow(
    'functions/orders/saga/fulfil-order.asl.json names functions that no manifest has: payments-charge',
  );
});
