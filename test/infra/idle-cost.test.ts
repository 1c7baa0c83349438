import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { everyStage } from './synthesis.ts';

const [, table = ''] = /## What it costs while idle\n(.*?)\n## /s.exec(readFileSync('docs/deploying.md', 'utf8')) ?? [];
const rows = new Map(
  [...table.matchAll(/^\| (\w+) +\|(.*)\|$/gm)].map(([, stage = '', cells = '']) => [
    stage,
    cells.split('|').map((cell) => cell.trim()),
  ]),
);

const MINUTES = 30 * 24 * 60;
const SQS_REQUEST = 0.4e-6;
/** Five pollers, each waiting for 20 seconds. */
const POLLS_A_MINUTE = 15;
/** Two writes and a query, a request and 100 ms of 512 MB. */
const RUN = 2 * 0.625e-6 + 0.5 * 0.125e-6 + 0.2e-6 + 0.05 * 13.3334e-6;

describe.each(everyStage().filter(([stage]) => stage !== 'localstack'))('%s', (stage, { ofType }) => {
  test('costs while idle what docs/deploying.md says', () => {
    const count = (type: string) => ofType(type).length;
    const rules = ofType('AWS::WAFv2::WebACL').flatMap(({ Properties }) => Properties.Rules).length;
    const polled = ofType('AWS::Lambda::EventSourceMapping').filter(({ Properties }) => !Properties.StartingPosition);
    const schedules = ofType('AWS::Events::Rule').filter(({ Properties }) => Properties.ScheduleExpression);
    for (const { Properties } of schedules) expect(Properties.ScheduleExpression).toBe('rate(1 minute)');

    const acls = count('AWS::WAFv2::WebACL');
    const sum =
      count('AWS::CloudWatch::Alarm') * 0.1 +
      count('AWS::SecretsManager::Secret') * 0.4 +
      count('AWS::KMS::Key') * 1 +
      acls * 5 +
      rules * 1 +
      polled.length * POLLS_A_MINUTE * MINUTES * SQS_REQUEST +
      schedules.length * RUN * MINUTES;
    expect(rows.get(stage)).toEqual([
      ...['AWS::CloudWatch::Alarm', 'AWS::SecretsManager::Secret', 'AWS::KMS::Key'].map((type) => `${count(type)}`),
      acls > 0 ? `${acls} + ${rules}` : '0',
      `${polled.length}`,
      `${schedules.length}`,
      `$${sum.toFixed(2)}`,
    ]);
  });
});
