import { App, Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { manifestsOn, type StageName } from '#platform/manifest';
import { breakwater } from '../../bin/breakwater.ts';
import { acknowledge, acknowledgements, addNagChecks } from '../../lib/nag.ts';
import { stageOf } from '../../lib/stages.ts';
import { settingsOf } from './synthesis.ts';

/** What the rules find open fails the synthesis. */
const synthesis = (build: (app: App) => void) => {
  const app = new App();
  build(app);
  return () => app.synth();
};

describe.each(Object.keys(settingsOf) as StageName[])('%s', (name) => {
  const stage = stageOf(settingsOf[name]);
  const code = () => Code.fromInline('exports.handler = () => {};');
  const whole = (app: App) => breakwater(app, { stage, manifests: manifestsOn(name, contexts), code });

  test('leaves no finding of AwsSolutions open', () => expect(synthesis(whole)).not.toThrow());

  test('is judged: one finding more would be seen', () => {
    const more = synthesis((app) => {
      whole(app);
      new Topic(new Stack(app, 'Other'), 'Topic');
    });
    expect(more).toThrow(/Other\/Topic.*\n.*AwsSolutions-SNS3/);
  });
});

test('deviations are few', () => expect(acknowledgements.length).toBeLessThanOrEqual(8));

test('a reason holds for its construct alone', () => {
  const queues = (excused: readonly string[]) =>
    synthesis((app) => {
      addNagChecks(app);
      const stack = new Stack(app, 'Stack');
      for (const id of ['One', 'Two']) {
        const queue = new Queue(stack, id, { enforceSSL: true });
        if (excused.includes(id)) acknowledge(queue, 'deadEnd');
      }
    });
  expect(queues(['One'])).toThrow(/Stack\/Two\/Resource.*\n.*AwsSolutions-SQS3/);
  expect(queues(['One', 'Two'])).not.toThrow();
});
