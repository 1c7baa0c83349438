import { describe, expect, test } from 'vitest';
import { isStageName } from '#platform/manifest';
import { stageOf } from '../../lib/stages.ts';
import { type Json, type Synthesis, settingsOf, synthesise, toList } from './synthesis.ts';

const OWN_NAME = 'blue';
/** Of 64 characters that the name of a Lambda function may have. */
const TEN_CHARACTERS = 'a123456789';

/**
 * Properties that name a resource of an account and region. An API has its own names of stages and of authorizers, a role those of its policies,
 * and a bucket's is generated.
 */
const NAME = /^(?:Name|\w+Name|Value)$/;
const NO_ACCOUNT_NAMES =
  /^AWS::(?:ApiGateway::(?:Stage|Resource|Method|GatewayResponse|Deployment|Authorizer)|CloudWatch::Alarm|IAM::Policy)$/;

/** What these resources are called in their account. */
const accountNamesOf = ({ resources }: Synthesis): readonly string[] =>
  resources
    .filter(({ Type }) => !NO_ACCOUNT_NAMES.test(Type))
    .flatMap(({ Properties }) => Object.entries<Json>(Properties))
    .flatMap(([property, value]) => (NAME.test(property) && typeof value === 'string' ? [value] : []));

/** The resources that policies name with wildcards, as patterns of their names. */
const wildcardsOf = ({ resources }: Synthesis): readonly RegExp[] =>
  resources
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .flatMap(({ Resource }: Json) => toList<Json>(Resource))
    .map((resource) => (typeof resource === 'string' ? resource : JSON.stringify(resource)))
    .flatMap((text) => text.match(/breakwater[\w/.*?-]*/g) ?? [])
    .filter((pattern) => /[*?]/.test(pattern))
    .map((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`));

describe.each(['localstack', 'dev', 'staging', 'prod'] as const)('two %s in one account and region', (kind) => {
  const [plain, named] = [undefined, OWN_NAME].map((name) => synthesise({ ...settingsOf[kind], name })) as [
    Synthesis,
    Synthesis,
  ];

  test('share neither a stack nor a name, except the stack of the account, which is the same on every stage', () => {
    const accountOf = ({ stacks }: Synthesis) => stacks.filter(({ name }) => name === 'breakwater-account');
    const [account] = accountOf(synthesise(settingsOf.prod));
    for (const synthesis of [plain, named])
      expect(accountOf(synthesis)).toEqual([{ ...account, protected: kind !== 'localstack' }]);

    const stackNames = named.stacks.map(({ name }) => name);
    expect(stackNames).toEqual(plain.stacks.map(({ name }) => name.replace(`-${kind}-`, `-${OWN_NAME}-${kind}-`)));
    const [ofPlain, ofNamed] = [accountNamesOf(plain), accountNamesOf(named)];
    expect(ofPlain.length).toBeGreaterThan(90);
    expect(ofNamed).toHaveLength(ofPlain.length);
    // the values of gateway keys have no hyphens
    for (const name of ofNamed) expect(name.replaceAll('-', '')).toContain(`${OWN_NAME}${kind}`);
    expect(ofPlain.filter((name) => ofNamed.includes(name))).toEqual([]);
  });

  test('name nothing of each other, in variables, dimensions and addresses neither', () => {
    const textsIn = (value: Json): readonly string[] =>
      typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(textsIn);
    const texts = named.stacks.flatMap(({ template }) => textsIn(template));
    expect(texts.filter((text) => text.includes(`breakwater-${OWN_NAME}-${kind}`)).length).toBeGreaterThan(200);
    expect(texts.filter((text) => text === kind || new RegExp(`breakwater[-/]?${kind}`).test(text))).toEqual([]);
  });

  test('do not allow each other anything', () => {
    for (const [one, other] of [
      [plain, named],
      [named, plain],
    ] as const) {
      const wildcards = wildcardsOf(one);
      expect(wildcards.length).toBeGreaterThan(2);
      const names = accountNamesOf(other).flatMap((name) => [name, `${name}-AbCdEf`]);
      for (const wildcard of wildcards) expect(names.filter((name) => wildcard.test(name))).toEqual([]);
    }
  });

  test('may have names of ten characters', () => {
    const { ofType } = synthesise({ ...settingsOf[kind], name: TEN_CHARACTERS });
    const lengths = ofType('AWS::Lambda::Function').map(({ Properties }) => Properties.FunctionName.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(64);
    const queues = ofType('AWS::SQS::Queue').map(({ Properties }) => Properties.QueueName.length);
    expect(Math.max(...queues)).toBeLessThanOrEqual(80);
  });
});

test.each(['Blue', 'blue-green', '1st', '', 'a2345678901', 'dev', 'prod', 7])('"%s" cannot name a stage', (name) =>
  expect(() => stageOf({ stage: 'dev', name })).toThrow(
    `"${name}" cannot name a stage: use -c name=blue, one to ten lower-case letters and digits`,
  ),
);

test.each([
  ['dev', true],
  ['blue-dev', true],
  ['blue', false],
  ['dev-blue', false],
  ['dev-dev', false],
  ['a-b-dev', false],
  ['-dev', false],
])('"%s" is a stage to tools: %s', (name, expected) => expect(isStageName(name)).toBe(expected));
