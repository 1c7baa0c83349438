import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import type { Manifest } from '#platform/manifest';
import { summaryOf } from './summary.ts';
import { allStages, type Resource, type Synthesis, settingsOf, synthesise } from './synthesis.ts';

/**
 * The difference of a summary shows what a change of lib/ or of a manifest does to a stage.
 * `npx vitest run -u --project infra test/infra/summary.test.ts` updates the summaries.
 */
describe.each(allStages())('%s', (stage, synthesis) => {
  const summary = summaryOf(stage, synthesis);

  test('matches its summary', () => expect(summary).toMatchFileSnapshot(`summaries/${stage}.txt`));

  test('has a summary that can be read in minutes', () => expect(summary.split('\n').length).toBeLessThanOrEqual(320));

  test('one more small context adds few lines and changes no others', () => {
    const reviews: Manifest = {
      context: 'reviews',
      core: false,
      routes: {
        write: {
          writeReview: { method: 'POST', path: '/v1/reviews', scope: 'tenant', summary: 'Writes.', responses: {} },
        },
      },
      functions: {
        write: {
          grants: [{ of: 'reviews', may: ['GetItem', 'PutItem'] }],
        },
        count: {
          consumes: ['OrderConfirmed.v1'],
          grants: [{ of: 'reviews', may: ['GetItem', 'PutItem'] }],
        },
      },
    };
    const lines = summary.split('\n');
    const linesWithReviews = summaryOf(stage, synthesise(settingsOf[stage], [...contexts, reviews])).split('\n');
    expect(lines.filter((line) => !linesWithReviews.includes(line))).toEqual([]);
    expect(linesWithReviews.length - lines.length).toBeLessThanOrEqual(20);
  });
});

describe('a summary', () => {
  const linesOf = (...resources: readonly Omit<Resource, 'stack'>[]) => {
    const inStack = resources.map((resource) => ({ stack: 'stack', ...resource }));
    const stacks = [{ name: 'stack', template: {}, before: [], protected: false, tags: {} }];
    const synthesis: Synthesis = { stacks, resources: inStack, ofType: () => [] };
    const lines = summaryOf('dev', synthesis).split('\n');
    return lines.slice(lines.indexOf('stack') + 1, -1);
  };
  const policyOf = (statement: object) => ({
    id: 'Policy01234567',
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement: [statement] }, Roles: [{ Ref: 'Role01234567' }] },
  });

  test('includes types without a format', () =>
    expect(
      linesOf({
        id: 'Door89ABCDEF',
        Type: 'AWS::Sea::Door',
        Properties: { Open: true, Tags: [] },
        DeletionPolicy: 'Retain',
      }),
    ).toEqual(['  Sea::Door Door: Open true; Retain on deletion, Delete on replacement']));

  test('includes properties without a format', () =>
    expect(
      linesOf({
        id: 'Queue89ABCDEF',
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: 'breakwater-dev-x', FifoQueue: true },
      }),
    ).toEqual(['  SQS::Queue x (Queue): FifoQueue true']));

  test('shows the hash of a logical id only where it is needed to tell two ids apart', () =>
    expect(
      linesOf(
        { id: 'One00000000', Type: 'AWS::Sea::Door', Properties: {} },
        { id: 'One00000001', Type: 'AWS::Sea::Door', Properties: {} },
        { id: 'Two00000000', Type: 'AWS::Sea::Door', Properties: {} },
      ),
    ).toEqual(['  Sea::Door One00000000', '  Sea::Door One00000001', '  Sea::Door Two']));

  test('gives a policy of a role outside the stack its own entry', () =>
    expect(linesOf(policyOf({ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: '*' }))).toEqual([
      '  IAM::Policy Policy: of <Role01234567>',
      '    may s3:GetObject,PutObject on *',
    ]));

  test.each([
    ['a complete guard', { Null: { 'dynamodb:LeadingKeys': 'false' } }, 'where LeadingKeys orders#*'],
    ['a guard without Null', {}, 'where {ForAllValues:StringLike: {dynamodb:LeadingKeys: [orders#*]}}'],
  ])('abbreviates a condition on keys only if the guard is complete: %s', (_, guard, condition) => {
    const statement = {
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: '*',
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['orders#*'] }, ...guard },
    };
    expect(linesOf(policyOf(statement)).at(-1)).toBe(`    may dynamodb:GetItem on * ${condition}`);
  });

  test('shows wildcards unchanged', () =>
    expect(linesOf(policyOf({ Effect: 'Allow', Action: ['*', 's3:*', 's3:Get*'], Resource: '*' })).at(-1)).toBe(
      '    may * s3:*,Get* on *',
    ));

  test('shows the other elements of a statement', () =>
    expect(
      linesOf(policyOf({ Effect: 'Deny', NotAction: ['s3:GetObject'], NotResource: 'x', Principal: '*' })).at(-1),
    ).toBe('    everyone may not {NotAction: [s3:GetObject], NotResource: x}'));

  test.each([
    ['a rule alone', { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['Rule', 'Arn'] } } }, 'sqs:SendMessage', []],
    ['any rule', undefined, 'sqs:SendMessage', ['    events.amazonaws.com may sqs:SendMessage on *']],
    [
      'a rule that may do more',
      { ArnEquals: { 'aws:SourceArn': 'x' } },
      'sqs:*',
      ['    events.amazonaws.com may sqs:* on * from x'],
    ],
  ] as const)('omits of a queue only that its rules send to it: %s', (...[_, Condition, Action, lines]) => {
    const statement = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action, Resource: '*' };
    expect(linesOf(policyOf({ ...statement, ...(Condition && { Condition }) })).slice(1)).toEqual(lines);
  });

  test('shows how a resource differs from what is common, and what it lacks', () => {
    const queue = (id: string, Properties: object) => ({ id, Type: 'AWS::SQS::Queue', Properties });
    const common = { MessageRetentionPeriod: 86_400, SqsManagedSseEnabled: true };
    expect(
      linesOf(
        queue('A', common),
        queue('B', common),
        queue('C', common),
        queue('D', { MessageRetentionPeriod: 172_800, SqsManagedSseEnabled: false }),
        queue('E', {}),
      ),
    ).toEqual([
      '  SQS::Queue A',
      '  SQS::Queue B',
      '  SQS::Queue C',
      '  SQS::Queue D: messages retained 2 days; not encrypted by SQS',
      '  SQS::Queue E: NOT messages retained 1 days; NOT encrypted by SQS',
    ]);
  });
});
