import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, manifestsOn, names, TABLE, variablesOf, workflowVariable } from '#platform/manifest';
import { stageOf } from '../../lib/stages.ts';
import { allStatements, type Statement, statementsOf, tails } from './roles.ts';
import { everyStage, only, settingsOf } from './synthesis.ts';

const ofStream = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];

/** Whether a statement reaches the table, be it by a wildcard. */
const reachesTable = ({ Action }: Statement) =>
  Action.some((action) => /^(\*|dynamodb:)/i.test(action) && !ofStream.includes(action));

/** Whether a statement lets nobody past the keys of one context: every request names keys, and all of them are its own. */
const guarded = ({ Effect, Action, Condition }: Statement) => {
  const { 'ForAllValues:StringLike': like, Null: absent, ...others } = Condition ?? {};
  const prefixes = like?.['dynamodb:LeadingKeys'];
  return (
    Effect === 'Allow' &&
    Action.every((action) =>
      /^dynamodb:(Get|BatchGet|Put|Update|Delete|ConditionCheck)Item$|^dynamodb:Query$/.test(action),
    ) &&
    Object.keys(others).length === 0 &&
    Array.isArray(prefixes) &&
    prefixes.length === 1 &&
    /^[a-z]+#\*$/.test(prefixes[0]) &&
    absent?.['dynamodb:LeadingKeys'] === 'false'
  );
};

const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

describe.each(everyStage())('%s', (stage, synthesis) => {
  const by = names(stage);
  const indexes = TABLE.indexes.map(({ name }) => `table/${by.table}/index/${name}`);
  const specs = functionsOf(...manifestsOn(stage, contexts));
  const functions = synthesis.ofType('AWS::Lambda::Function');
  const named = (id: string) =>
    only(
      functions.filter(({ Properties }) => Properties.FunctionName === by.fn(id)),
      id,
    );

  test('no statement on the table reaches past the keys of one context', () => {
    const onTable = allStatements(synthesis).filter(reachesTable);
    expect(onTable).toHaveLength(specs.flatMap(({ spec }) => spec.grants).length);
    for (const statement of onTable) expect(guarded(statement), JSON.stringify(statement)).toBe(true);
  });

  test('only the sweeper reaches what is due, whoever owns it', () => {
    const sweeper = statementsOf(synthesis, named('orders-sweep'));
    const due = ({ Condition }: Statement) => JSON.stringify(Condition ?? {}).includes('"due#*"');
    expect(sweeper.filter(due)).toHaveLength(1);
    expect(allStatements(synthesis).filter(due)).toEqual(sweeper.filter(due));
  });

  test('nothing but the stream and the logs of a state machine is allowed on everything', () => {
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
      specs.map(({ id }) => by.fn(id)).sort(),
    ));

  test.each(specs)('$id has a role of its own that may do what its manifest grants', ({ id, spec }) => {
    const fn = named(id);
    const sharing = functions.filter(
      ({ stack, Properties }) =>
        stack === fn.stack && Properties.Role['Fn::GetAtt'][0] === fn.Properties.Role['Fn::GetAtt'][0],
    );
    expect(sharing).toHaveLength(1);

    const statements = statementsOf(synthesis, fn);
    const grants = statements.filter(reachesTable).map(({ Action, Resource, Condition }) => ({
      of: Condition['ForAllValues:StringLike']['dynamodb:LeadingKeys'][0].replace('#*', ''),
      may: Action.map((action) => action.replace('dynamodb:', '')),
      on: tails(Resource),
    }));
    expect(grants).toEqual(
      spec.grants.map(({ of, may }) => ({
        of,
        may: [...may],
        on: [`table/${by.table}`, ...(may.includes('Query') ? indexes : [])],
      })),
    );

    const on = (action: string) =>
      tails(statements.filter(({ Action }) => Action.includes(action)).flatMap(({ Resource }) => Resource));
    expect(on('events:PutEvents')).toEqual(spec.publishes ? [`event-bus/${by.bus}`] : []);
    expect(on('states:StartExecution')).toEqual(
      (spec.starts ?? []).map((workflow) => `stateMachine:${by.workflow(workflow)}`),
    );
    expect(on('secretsmanager:GetSecretValue')).toEqual(
      (spec.secrets ?? []).map((secret) => `secret:${by.secret(secret)}-??????`),
    );
    expect(on('sqs:SendMessage')).toEqual((spec.sends ?? []).map(by.queue));
    const mails = spec.sendsMail && (stage === 'staging' || stage === 'prod');
    expect(on('ses:SendEmail')).toEqual(mails ? ['identity/shop@mail.example', 'identity/mail.example'] : []);
    expect(on('events:DescribeEventBus')).toEqual(spec.inspects ? [`event-bus/${by.bus}`] : []);
    expect(on('states:DescribeStateMachine')).toEqual(
      spec.inspects ? workflows.map((workflow) => `stateMachine:${by.workflow(workflow)}`) : [],
    );
    const services = new Set(statements.flatMap(({ Action }) => Action.map((action) => action.split(':')[0])));
    expect([...services].sort()).toEqual(
      [
        'logs',
        ...(spec.grants.length > 0 || spec.streams ? ['dynamodb'] : []),
        ...(spec.publishes || spec.inspects ? ['events'] : []),
        ...(spec.starts || spec.inspects ? ['states'] : []),
        ...(spec.secrets ? ['secretsmanager'] : []),
        ...(mails ? ['ses'] : []),
        ...(spec.consumes || spec.sends ? ['sqs'] : []),
        ...(spec.streams ? ['s3'] : []),
        ...(stage === 'localstack' ? [] : ['xray']),
      ].sort(),
    );
    expect(on('dynamodb:GetRecords').length > 0).toBe(spec.streams === true);
  });

  test.each(specs)('$id runs as all do, with the variables of its manifest', ({ id, spec }) => {
    const { Properties } = named(id);
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
      BUS_NAME = by.bus,
      SECRET_PREFIX = by.secrets,
    } = Properties.Environment.Variables;
    expect([STAGE, TABLE_NAME, BUS_NAME, SECRET_PREFIX]).toEqual([stage, by.table, by.bus, by.secrets]);
    expect(JSON.parse(TIMES)).toEqual(stageOf(settingsOf[stage]).times);
    for (const workflow of workflows) {
      const variable = Properties.Environment.Variables[workflowVariable(workflow)];
      if (variable) expect(tails([variable])).toEqual([`stateMachine:${by.workflow(workflow)}`]);
    }
  });

  test.each(specs)('$id writes to its own log group alone, and reads from its own queue alone', ({ id, spec }) => {
    const fn = named(id);
    const statements = statementsOf(synthesis, fn);
    const on = (service: string, ...actions: readonly string[]) =>
      statements
        .filter(({ Action }) => Action.some((action) => action.startsWith(`${service}:`) && !actions.includes(action)))
        .map(({ Action, Resource }) => ({ Action, Resource }));
    expect(on('logs')).toEqual([
      {
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: [{ 'Fn::GetAtt': [fn.Properties.LoggingConfig.LogGroup.Ref, 'Arn'] }],
      },
    ]);
    const queue = synthesis
      .ofType('AWS::SQS::Queue')
      .filter(({ stack, Properties }) => stack === fn.stack && Properties.QueueName === by.queue(id));
    expect(on('sqs', 'sqs:SendMessage').map(({ Action, Resource }) => [[...Action].sort(), Resource])).toEqual(
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
              [{ 'Fn::GetAtt': [only(queue, id).id, 'Arn'] }],
            ],
          ]
        : [],
    );
  });

  test('every role is assumed by one service, and has no policy that is not written here', () => {
    const trusted: Record<string, string> = {};
    for (const { stack, id, Properties } of synthesis.ofType('AWS::IAM::Role')) {
      const [statement, ...others] = Properties.AssumeRolePolicyDocument.Statement;
      expect(others, id).toEqual([]);
      const { Service } = statement.Principal;
      expect(statement, id).toEqual({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } });
      trusted[`${stack} ${id}`] = Service;
      expect(Properties.Policies, id).toBeUndefined();
      expect(tails(Properties.ManagedPolicyArns ?? []), id).toEqual(
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
    expect(trusted).toEqual(
      Object.fromEntries(
        roles.map(([stack, role, service]) => [`${stack} ${role['Fn::GetAtt'][0]}`, `${service}.amazonaws.com`]),
      ),
    );
  });

  test('only an API and a rule of the clock may invoke a function, and each permission names its source', () => {
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

describe('the check of table statements', () => {
  const good: Statement = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem'],
    Resource: ['*'],
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['orders#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  };
  const like = (prefix: string) => ({
    ...good.Condition,
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [prefix] },
  });

  test('passes a good one', () => expect(reachesTable(good) && guarded(good)).toBe(true));

  test.each<[string, Statement]>([
    ['no condition', { ...good, Condition: undefined }],
    ['no Null', { ...good, Condition: { 'ForAllValues:StringLike': good.Condition['ForAllValues:StringLike'] } }],
    [
      'a Null that wants no keys',
      { ...good, Condition: { ...good.Condition, Null: { 'dynamodb:LeadingKeys': 'true' } } },
    ],
    ['all keys', { ...good, Condition: like('*') }],
    ['a prefix that others share', { ...good, Condition: like('orders*') }],
    ['another way in', { ...good, Condition: { ...good.Condition, StringEquals: {} } }],
    ['Scan', { ...good, Action: ['dynamodb:GetItem', 'dynamodb:Scan'] }],
    ['PartiQL', { ...good, Action: ['dynamodb:PartiQLSelect'] }],
    ['every action of the service', { ...good, Action: ['dynamodb:*'] }],
    ['every action', { ...good, Action: ['*'] }],
  ])('finds %s', (_, statement) => expect(reachesTable(statement) && !guarded(statement)).toBe(true));
});
