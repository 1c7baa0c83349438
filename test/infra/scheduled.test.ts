import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, names } from '#platform/manifest';
import { everyStage, only } from './synthesis.ts';

const scheduled = functionsOf(...contexts).filter(({ spec }) => spec.everyMinutes);

test('there are scheduled functions, so that this proves something', () =>
  expect(scheduled.map(({ id }) => id)).toContain('orders-sweep'));

describe.each(everyStage())('%s', (stage, { ofType }) => {
  const by = names(stage);
  const clocks = ofType('AWS::Events::Rule').filter(({ Properties }) => Properties.ScheduleExpression);

  test('the clock calls those of the contexts, and nobody else', () => expect(clocks).toHaveLength(scheduled.length));

  test.each(scheduled)('$id runs by the clock, and a run that fails is not repeated', ({ id, spec }) => {
    const fn = only(
      ofType('AWS::Lambda::Function').filter(({ Properties }) => Properties.FunctionName === by.fn(id)),
      id,
    );
    const arn = { 'Fn::GetAtt': [fn.id, 'Arn'] };
    const its = only(
      clocks.filter(
        ({ stack, Properties }) => stack === fn.stack && Properties.Targets[0].Arn['Fn::GetAtt'][0] === fn.id,
      ),
      id,
    );
    const minutes = spec.everyMinutes ?? 0;
    expect(its.Properties).toMatchObject({
      ScheduleExpression: `rate(${minutes} minute${minutes === 1 ? '' : 's'})`,
      State: 'ENABLED',
      Targets: [{ Arn: arn, RetryPolicy: { MaximumRetryAttempts: 0 } }],
    });
    const invoking = only(
      ofType('AWS::Lambda::EventInvokeConfig').filter(
        ({ stack, Properties }) => stack === fn.stack && Properties.FunctionName.Ref === fn.id,
      ),
      id,
    );
    expect(invoking.Properties).toMatchObject({ Qualifier: '$LATEST', MaximumRetryAttempts: 0 });
    const permitted = only(
      ofType('AWS::Lambda::Permission').filter(
        ({ stack, Properties }) => stack === fn.stack && Properties.FunctionName['Fn::GetAtt']?.[0] === fn.id,
      ),
      id,
    );
    expect(permitted.Properties).toMatchObject({
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [its.id, 'Arn'] },
    });
    expect(fn.Properties.Timeout, 'a run ends before the next begins').toBeLessThan(minutes * 60);
  });
});
