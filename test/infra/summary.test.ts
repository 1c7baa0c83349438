import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import type { Manifest } from '#platform/manifest';
import { summaryOf } from './summary.ts';
import { everyStage, type Resource, type Synthesis, settingsOf, synthesise } from './synthesis.ts';

/**
 * What a change of lib/ or of a manifest does to a stage shows in the difference of its summary.
 * `npx vitest run -u --project infra test/infra/summary.test.ts` writes the summaries anew.
 */
describe.each(everyStage())('%s', (stage, synthesis) => {
  const summary = summaryOf(stage, synthesis);

  test('is as its summary says', () => expect(summary).toMatchFileSnapshot(`summaries/${stage}.txt`));

  test('can be read in minutes', () => expect(summary.split('\n').length).toBeLessThanOrEqual(300));

  test('a small context more is few lines more, and changes no others', () => {
    const more: Manifest = {
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
    const grown = summaryOf(stage, synthesise(settingsOf[stage], [...contexts, more])).split('\n');
    expect(lines.filter((line) => !grown.includes(line))).toEqual([]);
    expect(grown.length - lines.length).toBeLessThanOrEqual(20);
  });
});

describe('a summary', () => {
  const linesOf = (...resources: readonly Omit<Resource, 'stack'>[]) => {
    const within = resources.map((resource) => ({ stack: 'stack', ...resource }));
    const stacks = [{ name: 'stack', template: {}, before: [], protected: false }];
    const synthesis: Synthesis = { stacks, resources: within, ofType: () => [] };
    const lines = summaryOf('dev', synthesis).split('\n');
    return lines.slice(lines.indexOf('stack') + 1, -1);
  };
  const policyOf = (statement: object) => ({
    id: 'Policy01234567',
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement: [statement] }, Roles: [{ Ref: 'Role01234567' }] },
  });

  test('leaves out no type that it does not know', () =>
    expect(
      linesOf({
        id: 'Door89ABCDEF',
        Type: 'AWS::Sea::Door',
        Properties: { Open: true, Tags: [] },
        DeletionPolicy: 'Retain',
      }),
    ).toEqual(['  Sea::Door Door: Open true; Retain on deletion, Delete on replacement']));

  test('leaves out no property that it does not know', () =>
    expect(
      linesOf({
        id: 'Queue89ABCDEF',
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: 'breakwater-dev-x', FifoQueue: true },
      }),
    ).toEqual(['  SQS::Queue x (Queue): FifoQueue true']));

  test('tells logical ids apart by their hashes where nothing else does', () =>
    expect(
      linesOf(
        { id: 'One00000000', Type: 'AWS::Sea::Door', Properties: {} },
        { id: 'One00000001', Type: 'AWS::Sea::Door', Properties: {} },
        { id: 'Two00000000', Type: 'AWS::Sea::Door', Properties: {} },
      ),
    ).toEqual(['  Sea::Door One00000000', '  Sea::Door One00000001', '  Sea::Door Two']));

  test('writes a policy that belongs to no role of the stack by itself', () =>
    expect(linesOf(policyOf({ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: '*' }))).toEqual([
      '  IAM::Policy Policy: of <Role01234567>',
      '    may s3:GetObject,PutObject on *',
    ]));

  test.each([
    ['a guarded one', { Null: { 'dynamodb:LeadingKeys': 'false' } }, 'where LeadingKeys orders#*'],
    ['one without a guard', {}, 'where {ForAllValues:StringLike: {dynamodb:LeadingKeys: [orders#*]}}'],
  ])('writes a condition on keys in short only where it holds: %s', (_, guard, written) => {
    const statement = {
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: '*',
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['orders#*'] }, ...guard },
    };
    expect(linesOf(policyOf(statement)).at(-1)).toBe(`    may dynamodb:GetItem on * ${written}`);
  });

  test('writes wildcards as they stand', () =>
    expect(linesOf(policyOf({ Effect: 'Allow', Action: ['*', 's3:*', 's3:Get*'], Resource: '*' })).at(-1)).toBe(
      '    may * s3:*,Get* on *',
    ));

  test('writes what a statement says besides', () =>
    expect(
      linesOf(policyOf({ Effect: 'Deny', NotAction: ['s3:GetObject'], NotResource: 'x', Principal: '*' })).at(-1),
    ).toBe('    everyone may not {NotAction: [s3:GetObject], NotResource: x}'));

  test('writes of usual things what differs and what is missing', () => {
    const queue = (id: string, Properties: object) => ({ id, Type: 'AWS::SQS::Queue', Properties });
    const usual = { MessageRetentionPeriod: 86_400, SqsManagedSseEnabled: true };
    expect(
      linesOf(
        queue('A', usual),
        queue('B', usual),
        queue('C', usual),
        queue('D', { MessageRetentionPeriod: 172_800, SqsManagedSseEnabled: false }),
        queue('E', {}),
      ),
    ).toEqual([
      '  SQS::Queue A',
      '  SQS::Queue B',
      '  SQS::Queue C',
      '  SQS::Queue D: messages kept 2 days; not encrypted by SQS: false',
      '  SQS::Queue E: NOT messages kept 1 days; NOT encrypted by SQS',
    ]);
  });
});
