import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, names } from '#platform/manifest';
import { allStages, getOnly } from './synthesis.ts';

const scheduled = functionsOf(...contexts).filter(({ spec }) => spec.everyMinutes);

test('the sweeper is a scheduled function', () => expect(scheduled.map(({ id }) => id)).toContain('orders-sweep'));

describe.each(allStages())('%s', (stage, { ofType }) => {
  const named = names(stage);
  const schedules = ofType('AWS::Events::Rule').filter(({ Properties }) => Properties.ScheduleExpression);

  test('there is one schedule for each scheduled function', () => expect(schedules).toHaveLength(scheduled.length));

  test.each(scheduled)(
    '$id runs on its schedule, and a run that failed or was throttled is not made up for',
    ({ id, spec }) => {
      const fn = getOnly(
        ofType('AWS::Lambda::Function').filter(({ Properties }) => Properties.FunctionName === named.fn(id)),
        id,
      );
      const arn = { 'Fn::GetAtt': [fn.id, 'Arn'] };
      const schedule = getOnly(
        schedules.filter(
          ({ stack, Properties }) => stack === fn.stack && Properties.Targets[0].Arn['Fn::GetAtt'][0] === fn.id,
        ),
        id,
      );
      const minutes = spec.everyMinutes ?? 0;
      // it may use its whole interval, and ends before the next run
      expect(fn.Properties.Timeout).toBe(minutes * 60 - 5);
      expect(schedule.Properties).toMatchObject({
        ScheduleExpression: `rate(${minutes} minute${minutes === 1 ? '' : 's'})`,
        State: 'ENABLED',
        Targets: [{ Arn: arn, RetryPolicy: { MaximumRetryAttempts: 0 } }],
      });
      // so CloudFormation names it after its stack, by which docs/runbooks/restore.md finds the rules to disable
      expect(schedule.Properties).not.toHaveProperty('Name');
      expect(schedule.Properties).not.toHaveProperty('EventBusName');
      expect(schedule.stack.startsWith(`${named.prefix}-`)).toBe(true);
      const invokeConfig = getOnly(
        ofType('AWS::Lambda::EventInvokeConfig').filter(
          ({ stack, Properties }) => stack === fn.stack && Properties.FunctionName.Ref === fn.id,
        ),
        id,
      );
      expect(invokeConfig.Properties).toMatchObject({
        ...{ Qualifier: '$LATEST', MaximumRetryAttempts: 0 },
        MaximumEventAgeInSeconds: minutes * 60,
      });
      const permission = getOnly(
        ofType('AWS::Lambda::Permission').filter(
          ({ stack, Properties }) => stack === fn.stack && Properties.FunctionName['Fn::GetAtt']?.[0] === fn.id,
        ),
        id,
      );
      expect(permission.Properties).toMatchObject({
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [schedule.id, 'Arn'] },
      });
      expect(fn.Properties.Timeout, 'a run ends before the next starts').toBeLessThan(minutes * 60);
    },
  );
});
