import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, manifestsOn, names, TABLE, variablesOf, workersOf, workflowVariable } from '#platform/manifest';
import { stageOf } from '../../lib/stages.ts';
import { allStatements, resourceNames, type Statement, statementsOf } from './roles.ts';
import { allStages, CODE_VERSION, getOnly, settingsOf } from './synthesis.ts';
import { coversTable, isLimitedToOneContext } from './table-statements.ts';

const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));
const workers = workersOf(...contexts);

describe.each(allStages())('%s', (stage, synthesis) => {
  const named = names(stage);
  const indexes = TABLE.indexes.map(({ name }) => `table/${named.table}/index/${name}`);
  const specs = functionsOf(...manifestsOn(stage, contexts));
  const functions = synthesis.ofType('AWS::Lambda::Function');
  const functionOf = (id: string) =>
    getOnly(
      functions.filter(({ Properties }) => Properties.FunctionName === named.fn(id)),
      id,
    );

  test('each statement on the table is limited to the keys of one context', () => {
    const tableStatements = allStatements(synthesis).filter(coversTable);
    expect(tableStatements).toHaveLength(specs.flatMap(({ spec }) => spec.grants).length);
    for (const statement of tableStatements)
      expect(isLimitedToOneContext(statement), JSON.stringify(statement)).toBe(true);
  });

  test('only the sweeper and the probe of payments may read what is due of all tenants; who judges or shows a deadline may read the pauses beside it', () => {
    const coversDue = ({ Condition }: Statement) => JSON.stringify(Condition ?? {}).includes('"due#*"');
    const dueStatementsOf = (id: string) => statementsOf(synthesis, functionOf(id)).filter(coversDue);
    const [sweeper, probe] = ['orders-sweep', 'payments-probe'].map(dueStatementsOf);
    const readers = ['orders-write', 'orders-read', 'orders-refuse', 'notifications-deliver'].flatMap(dueStatementsOf);
    expect([sweeper, probe].map((statements) => statements?.length)).toEqual([1, 1]);
    // the list is an index, which a GetItem cannot read
    expect(readers.map(({ Action }) => Action)).toEqual(Array(4).fill(['dynamodb:GetItem']));
    expect(allStatements(synthesis).filter(coversDue)).toHaveLength(6);
  });

  test('only actions of streams, tracing and log delivery are allowed on all resources', () => {
    for (const { Action, Resource } of allStatements(synthesis)) {
      if (!Resource.includes('*')) continue;
      for (const action of Action) {
        expect(action).toMatch(
          /^(dynamodb:ListStreams|xray:Put\w+|xray:GetSampling\w+|logs:(\w*LogDeliver\w+|\w+ResourcePolic\w+|DescribeLogGroups))$/,
        );
      }
    }
  });

  test('there are exactly the functions of the contexts', () =>
    expect(functions.map(({ Properties }) => Properties.FunctionName).sort()).toEqual(
      specs.map(({ id }) => named.fn(id)).sort(),
    ));

  test.each(specs)('$id has its own role, with exactly the grants of its manifest', ({ id, spec }) => {
    const fn = functionOf(id);
    const sharing = functions.filter(
      ({ stack, Properties }) =>
        stack === fn.stack && Properties.Role['Fn::GetAtt'][0] === fn.Properties.Role['Fn::GetAtt'][0],
    );
    expect(sharing).toHaveLength(1);

    const statements = statementsOf(synthesis, fn);
    const grants = statements.filter(coversTable).map(({ Action, Resource, Condition }) => ({
      of: Condition['ForAllValues:StringLike']['dynamodb:LeadingKeys'][0].replace('#*', ''),
      may: Action.map((action) => action.replace('dynamodb:', '')),
      resources: resourceNames(Resource),
    }));
    expect(grants).toEqual(
      spec.grants.map(({ of, may }) => ({
        of,
        may: [...may],
        resources: [`table/${named.table}`, ...(may.includes('Query') ? indexes : [])],
      })),
    );

    const resourcesOf = (action: string) =>
      resourceNames(statements.filter(({ Action }) => Action.includes(action)).flatMap(({ Resource }) => Resource));
    expect(resourcesOf('events:PutEvents')).toEqual(spec.publishes ? [`event-bus/${named.bus}`] : []);
    expect(resourcesOf('states:StartExecution')).toEqual(
      (spec.starts ?? []).map((workflow) => `stateMachine:${named.workflow(workflow)}`),
    );
    expect(resourcesOf('secretsmanager:GetSecretValue')).toEqual(
      (spec.secrets ?? []).map((secret) => `secret:${named.secret(secret)}-??????`),
    );
    const redriven = spec.redrives ? workers : [];
    expect(resourcesOf('sqs:SendMessage')).toEqual([
      ...(spec.sends ?? []).map(named.queue),
      ...(spec.consumes ? [named.deadLetters(id), named.canaries] : []),
      ...redriven.map(named.queue),
    ]);
    const sendsMail = spec.sendsMail && (stage === 'staging' || stage === 'prod');
    // in its sandbox, SES also authorizes the identity of the recipient; a configuration set may be the default of the account
    expect(resourcesOf('ses:SendEmail')).toEqual(sendsMail ? ['identity/*', 'configuration-set/*'] : []);
    expect(
      statements.filter(({ Action }) => Action.includes('ses:SendEmail')).map(({ Condition }) => Condition),
    ).toEqual(sendsMail ? [{ StringEquals: { 'ses:FromAddress': 'shop@mail.example' } }] : []);
    expect(resourcesOf('events:DescribeEventBus')).toEqual(spec.inspects ? [`event-bus/${named.bus}`] : []);
    expect(resourcesOf('states:DescribeStateMachine')).toEqual(
      spec.inspects ? workflows.map((workflow) => `stateMachine:${named.workflow(workflow)}`) : [],
    );
    const services = new Set(statements.flatMap(({ Action }) => Action.map((action) => action.split(':')[0])));
    expect([...services].sort()).toEqual(
      [
        'logs',
        ...(spec.grants.length > 0 || spec.streams ? ['dynamodb'] : []),
        ...(spec.publishes || spec.inspects ? ['events'] : []),
        ...(spec.starts || spec.inspects ? ['states'] : []),
        ...(spec.secrets ? ['secretsmanager'] : []),
        ...(sendsMail ? ['ses'] : []),
        ...(spec.consumes || spec.sends || spec.redrives ? ['sqs'] : []),
        ...(spec.streams ? ['s3'] : []),
        ...(stage === 'localstack' ? [] : ['xray']),
      ].sort(),
    );
    expect(resourcesOf('dynamodb:GetRecords').length > 0).toBe(spec.streams === true);
  });

  test.each(specs)('$id has the common settings, and the variables of its manifest', ({ id, spec }) => {
    const { Properties } = functionOf(id);
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      Timeout: spec.timeoutSeconds ?? 10,
    });
    expect(Properties.Layers).toBeUndefined();
    expect(Object.keys(Properties.Environment.Variables).sort()).toEqual([...variablesOf(spec, workflows)].sort());
    const {
      STAGE,
      TABLE_NAME,
      TIMES,
      BUS_NAME = named.bus,
      SECRET_PREFIX = named.secrets,
    } = Properties.Environment.Variables;
    expect([STAGE, TABLE_NAME, BUS_NAME, SECRET_PREFIX]).toEqual([stage, named.table, named.bus, named.secrets]);
    expect(JSON.parse(TIMES)).toEqual(stageOf(settingsOf[stage]).times);
    // Lambda allows 4 KB, of which checkListShards lets TIMES take 3,000 bytes; references are longer here than their values
    expect(JSON.stringify({ ...Properties.Environment.Variables, TIMES: '' }).length).toBeLessThan(4_096 - 3_000);
    if (spec.redrives) {
      const { WORKERS, CODE_VERSION: version } = Properties.Environment.Variables;
      expect([WORKERS.split(','), version]).toEqual([workers, CODE_VERSION]);
    }
    for (const workflow of workflows) {
      const variable = Properties.Environment.Variables[workflowVariable(workflow)];
      if (variable) expect(resourceNames([variable])).toEqual([`stateMachine:${named.workflow(workflow)}`]);
    }
  });

  test.each(specs.filter(({ spec }) => spec.redrives))('$id reads the dead letters of every worker', ({ id }) => {
    const statements = statementsOf(synthesis, functionOf(id));
    const resourcesOf = (action: string) =>
      resourceNames(
        statements.filter(({ Action }) => Action.includes(`sqs:${action}`)).flatMap(({ Resource }) => Resource),
      );
    // no queue but a worker's dead letters has such a name
    const buried = [`breakwater-${stage}-*-dead`];
    for (const action of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'])
      expect(resourcesOf(action)).toEqual([...buried, named.canaries]);
    expect(resourcesOf('ChangeMessageVisibility')).toEqual(buried);
    const actions = new Set(statements.flatMap(({ Action }) => Action).filter((action) => action.startsWith('sqs:')));
    expect(actions.size).toBe(5);
  });

  const readers = specs.filter(({ spec }) => !spec.redrives);
  test.each(readers)('$id writes only to its own log group, and reads only from its own queue', ({ id, spec }) => {
    const fn = functionOf(id);
    const statements = statementsOf(synthesis, fn);
    const statementsFor = (service: string, ...ignored: readonly string[]) =>
      statements
        .filter(({ Action }) => Action.some((action) => action.startsWith(`${service}:`) && !ignored.includes(action)))
        .map(({ Action, Resource }) => ({ Action, Resource }));
    expect(statementsFor('logs')).toEqual([
      {
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: [{ 'Fn::GetAtt': [fn.Properties.LoggingConfig.LogGroup.Ref, 'Arn'] }],
      },
    ]);
    const queue = synthesis
      .ofType('AWS::SQS::Queue')
      .filter(({ stack, Properties }) => stack === fn.stack && Properties.QueueName === named.queue(id));
    expect(
      statementsFor('sqs', 'sqs:SendMessage').map(({ Action, Resource }) => [[...Action].sort(), Resource]),
    ).toEqual(
      spec.consumes
        ? [
            [
              [
                'sqs:ChangeMessageVisibility',
                'sqs:DeleteMessage',
                'sqs:GetQueueAttributes',
                'sqs:GetQueueUrl',
                'sqs:ReceiveMessage',
              ],
              [{ 'Fn::GetAtt': [getOnly(queue, id).id, 'Arn'] }],
            ],
          ]
        : [],
    );
  });

  test('every role is assumed by one service, and has no other policies', () => {
    const trustedServices: Record<string, string> = {};
    for (const { stack, id, Properties } of synthesis.ofType('AWS::IAM::Role')) {
      const [statement, ...others] = Properties.AssumeRolePolicyDocument.Statement;
      expect(others, id).toEqual([]);
      const { Service } = statement.Principal;
      expect(statement, id).toEqual({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } });
      trustedServices[`${stack} ${id}`] = Service;
      expect(Properties.Policies, id).toBeUndefined();
      expect(resourceNames(Properties.ManagedPolicyArns ?? []), id).toEqual(
        Service === 'apigateway.amazonaws.com'
          ? ['iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs']
          : [],
      );
    }
    expect(synthesis.ofType('AWS::IAM::ManagedPolicy')).toEqual([]);
    const roles = [
      ...functions.map((fn) => [fn.stack, fn.Properties.Role, 'lambda'] as const),
      ...synthesis
        .ofType('AWS::StepFunctions::StateMachine')
        .map((machine) => [machine.stack, machine.Properties.RoleArn, 'states'] as const),
      ...synthesis
        .ofType('AWS::ApiGateway::Account')
        .map((account) => [account.stack, account.Properties.CloudWatchRoleArn, 'apigateway'] as const),
    ];
    expect(trustedServices).toEqual(
      Object.fromEntries(
        roles.map(([stack, role, service]) => [`${stack} ${role['Fn::GetAtt'][0]}`, `${service}.amazonaws.com`]),
      ),
    );
  });

  test('only an API or a schedule may invoke a function, and each permission names its source', () => {
    const permissions = synthesis.ofType('AWS::Lambda::Permission');
    expect(permissions.length).toBeGreaterThan(10);
    for (const { id, Properties } of permissions) {
      expect(Properties.Action, id).toBe('lambda:InvokeFunction');
      expect(Properties.Principal, id).toMatch(/^(apigateway|events)\.amazonaws\.com$/);
      expect(JSON.stringify(Properties.SourceArn), id).toMatch(/"(Ref|Fn::GetAtt)":/);
      expect(JSON.stringify(Properties.SourceArn), id).not.toMatch(/"\*|:\*/);
    }
  });
});
