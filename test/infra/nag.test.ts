import { type App, Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { manifestsOn, type StageKind } from '#platform/manifest';
import { breakwater } from '../../bin/breakwater.ts';
import { acknowledge, acknowledgements, addNagChecks } from '../../lib/nag.ts';
import { stageOf } from '../../lib/stages.ts';
import { CODE_VERSION, createApp, settingsOf } from './synthesis.ts';

/** A synthesis, which fails on every open finding. */
const synthesisOf = (build: (app: App) => void) => {
  const app = createApp();
  build(app);
  return () => app.synth();
};

describe.each(Object.keys(settingsOf) as StageKind[])('%s', (name) => {
  const stage = stageOf(settingsOf[name]);
  const code = () => Code.fromInline('exports.handler = () => {};');
  const addStage = (app: App) =>
    breakwater(app, { stage, manifests: manifestsOn(name, contexts), code, codeVersion: CODE_VERSION });

  test('has no open finding of AwsSolutions', () => expect(synthesisOf(addStage)).not.toThrow());

  test('is checked: a further finding fails the synthesis', () => {
    const withUnencryptedTopic = synthesisOf((app) => {
      addStage(app);
      new Topic(new Stack(app, 'Other'), 'Topic');
    });
    expect(withUnencryptedTopic).toThrow(/Other\/Topic.*\n.*AwsSolutions-SNS3/);
  });
});

test('there are at most 10 acknowledgements', () => expect(acknowledgements.length).toBeLessThanOrEqual(10));

test('an acknowledgement applies to its construct only', () => {
  const queues = (acknowledged: readonly string[]) =>
    synthesisOf((app) => {
      addNagChecks(app);
      const stack = new Stack(app, 'Stack');
      for (const id of ['One', 'Two']) {
        const queue = new Queue(stack, id, { enforceSSL: true });
        if (acknowledged.includes(id)) acknowledge(queue, 'deadEnd');
      }
    });
  expect(queues(['One'])).toThrow(/Stack\/Two\/Resource.*\n.*AwsSolutions-SQS3/);
  expect(queues(['One', 'Two'])).not.toThrow();
});
