import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, manifestsOn, names, queueVariable, workersOf, workflowVariable } from '#platform/manifest';
import { resolveValue } from '../runtime-client/template-environment.ts';
import { allStages, CODE_VERSION, getOnly, type Json, settingsOf } from './synthesis.ts';

const PROVIDER = 'https://provider.of.the.stage';

describe.each(allStages())('%s', (stage, { stacks, ofType }) => {
  const named = names(stage);
  const stored = { [named.parameter('provider-url')]: PROVIDER };
  const queues = ofType('AWS::SQS::Queue');
  /** The address of a queue of the templates, which must have it. */
  const urlOf = (queueName: string) => {
    expect(queues.map(({ Properties }) => Properties.QueueName)).toContain(queueName);
    return `https://sqs.us-east-1.amazonaws.com/000000000000/${queueName}`;
  };
  const specs = functionsOf(...manifestsOn(stage, contexts));
  const isSandboxed = stage === 'localstack' || stage === 'dev';

  test.each(specs)('$id gets the values that its variables name, and none is empty', ({ id, spec }) => {
    const { stack, Properties } = getOnly(
      ofType('AWS::Lambda::Function').filter((fn) => fn.Properties.FunctionName === named.fn(id)),
      id,
    );
    const { Parameters } = getOnly(
      stacks.filter(({ name }) => name === stack),
      stack,
    ).template;
    const { TIMES, ...values } = Object.fromEntries(
      Object.entries<Json>(Properties.Environment.Variables).map(([name, value]) => [
        name,
        resolveValue(value, Parameters, stored),
      ]),
    );
    expect(JSON.parse(TIMES ?? '')).toHaveProperty('listShards');
    // a stage's queues by their prefix: the address of each worker's dead letters begins with it
    const { QUEUES_URL_PREFIX: prefix, ...others } = values;
    if (spec.redrives)
      for (const worker of workersOf(...contexts))
        expect(urlOf(named.deadLetters(worker))).toBe(`${prefix}${worker}-dead`);
    const workflows = spec.inspects ? contexts.flatMap(({ workflows = {} }) => Object.keys(workflows)) : spec.starts;
    const expected = {
      ...{ STAGE: stage, TABLE_NAME: getOnly(ofType('AWS::DynamoDB::Table'), 'table').Properties.TableName },
      ...(spec.tenants && { TENANTS: 'all' }),
      ...((spec.publishes || spec.inspects) && {
        BUS_NAME: getOnly(ofType('AWS::Events::EventBus'), 'bus').Properties.Name,
      }),
      ...Object.fromEntries(
        (workflows ?? []).map((workflow) => [
          workflowVariable(workflow),
          `arn:aws:states:us-east-1:000000000000:stateMachine:${named.workflow(workflow)}`,
        ]),
      ),
      ...Object.fromEntries((spec.sends ?? []).map((queue) => [queueVariable(queue), urlOf(named.queue(queue))])),
      ...(spec.consumes && { OWN_QUEUE_URL: urlOf(named.queue(id)), DEAD_LETTERS_URL: urlOf(named.deadLetters(id)) }),
      ...((spec.consumes || spec.redrives) && { CANARIES_URL: urlOf(named.canaries) }),
      ...(spec.redrives && { WORKERS: workersOf(...contexts).join(), CODE_VERSION }),
      ...(spec.secrets && { SECRET_PREFIX: `breakwater/${stage}` }),
      ...(spec.sendsMail && {
        MAIL: isSandboxed ? 'sink' : settingsOf[stage].mailFrom,
        MAIL_CONFIGURATION_SET: isSandboxed
          ? `breakwater-${stage}`
          : getOnly(ofType('AWS::SES::ConfigurationSet'), 'configuration set').Properties.Name,
      }),
      ...((spec.callsProvider || spec.inspects) && {
        PROVIDER_URL: isSandboxed ? PROVIDER : settingsOf[stage].providerUrl,
      }),
    };
    expect(others).toEqual(expected);
  });
});
