import { expect, test } from 'vitest';
import { stageOf } from '../../lib/stages.ts';
import { retainedNamesOf } from '../../ops/preflight/stage-names.ts';
import { settingsOf, synthesise } from './synthesis.ts';

/** What a protected stage retains under a name that a template fixes, by the property that has the name. */
const NAME_PROPERTIES = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SecretsManager::Secret': 'Name',
} as const;
/** What AWS names, or what the stack of the whole account has. */
const WITHOUT_FIXED_NAME = ['AWS::S3::Bucket', 'AWS::IAM::Role', 'AWS::ApiGateway::Account'];

const settings = Object.values(settingsOf).flatMap((ofKind) => [ofKind, { ...ofKind, name: 'blue' }]);

test.each(settings.map((ofStage) => [stageOf(ofStage).name, ofStage] as const))(
  'the preflight of %s looks for every fixed name that its templates retain',
  (stage, ofStage) => {
    const { ofType, resources } = synthesise(ofStage);
    const fixedNames = Object.entries(NAME_PROPERTIES).map(([type, property]) => [
      type,
      ofType(type)
        .map(({ Properties }) => Properties[property])
        .filter((name) => typeof name === 'string')
        .sort(),
    ]);
    const looked = Object.entries(retainedNamesOf(stage)).map(([type, names]) => [type, [...names].sort()]);
    expect(Object.fromEntries(looked)).toEqual(Object.fromEntries(fixedNames));

    const retained = resources.filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete');
    const known: readonly string[] = [...Object.keys(NAME_PROPERTIES), ...WITHOUT_FIXED_NAME];
    expect(retained.map(({ Type }) => Type).filter((type) => !known.includes(type))).toEqual([]);
  },
);
