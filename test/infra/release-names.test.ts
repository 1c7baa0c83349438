import { describe, expect, test } from 'vitest';
import type { StageKind } from '#platform/manifest';
import lastRelease from './release-names.json' with { type: 'json' };
import { findBrokenNames, findChangedIndexes, namesOf, nextRelease, type ReleaseNames } from './release-names.ts';
import { allStages } from './synthesis.ts';

const last: ReleaseNames = lastRelease;
const stages = allStages();
const current = namesOf(stages);

describe('a deployment over the last release', () => {
  test('breaks no name that something may use: see CONTRIBUTING.md, "Rename or remove what is deployed"', () =>
    expect(findBrokenNames(last, current)).toEqual([]));

  test.each(stages)(
    'creates or deletes at most one index of %s, because DynamoDB refuses more in one update',
    (stage) => expect(findChangedIndexes(last, current).get(stage)?.length).toBeLessThanOrEqual(1),
  );
});

describe.each(stages)('the names of %s', (stage, { stacks, resources, ofType }) => {
  const keys = [...(current.get(stage)?.keys() ?? [])];

  test('include every function, queue, workflow, secret, index and output, and all that the stage retains', () => {
    for (const type of ['AWS::Lambda::Function', 'AWS::SQS::Queue', 'AWS::StepFunctions::StateMachine'])
      expect(keys.filter((key) => key.startsWith(`${type} breakwater-<stage>-`)).length, type).toBe(
        ofType(type).length,
      );
    expect(keys.filter((key) => key.startsWith('AWS::SecretsManager::Secret breakwater/<stage>/'))).toHaveLength(
      ofType('AWS::SecretsManager::Secret').length,
    );
    const retained = resources.filter(
      ({ DeletionPolicy = 'Delete', Type }) => DeletionPolicy !== 'Delete' && Type !== 'AWS::CDK::Metadata',
    );
    const ids = new Set(current.get(stage)?.values());
    for (const { stack, id } of retained)
      expect(ids).toContain(`${stack.replace(`breakwater-${stage}`, 'breakwater-<stage>')}.${id}`);
    expect(keys).toEqual(
      expect.arrayContaining(['index breakwater-<stage>/list', 'output breakwater-<stage>-api.ApiUrl']),
    );
    expect(keys.filter((key) => key.startsWith('output '))).toHaveLength(
      stacks.flatMap(({ template }) => Object.keys(template.Outputs ?? {})).length,
    );
  });

  test('do not contain the stage, so that they are the same on every stage', () =>
    expect(keys.filter((key) => key.includes(`breakwater-${stage}`) || key.includes(`breakwater/${stage}`))).toEqual(
      [],
    ));
});

describe('every released name', () => {
  const copyOf = (names: typeof current) => new Map([...names].map(([stage, ofStage]) => [stage, new Map(ofStage)]));
  const without = (...keys: readonly string[]) => {
    const changed = copyOf(current);
    for (const ofStage of changed.values()) for (const key of keys) ofStage.delete(key);
    return changed;
  };
  const everyName = Object.entries(last.names).flatMap(([inStages, names]) =>
    Object.entries(names).map(([key, id]) => ({ key, id, inStages: inStages.split(' ') as StageKind[] })),
  );

  test('is missed if it vanishes from any stage that had it, by the check and by the next list', () => {
    expect(everyName.length).toBeGreaterThan(100);
    for (const { key, inStages } of everyName) {
      const broken = findBrokenNames(last, without(key));
      expect(broken, key).toHaveLength(inStages.length);
      expect(broken[0]).toContain(
        `${key}: release ${last.release} deployed it to ${inStages[0]}, and no template has it`,
      );
      expect(broken[0]).toContain('Renaming and removing take two releases');
      expect(() => nextRelease('0.2.0', last, without(key)), key).toThrow(key);
    }
  });

  test('is missed if its logical id changes, because CloudFormation cannot replace a resource that has a name', () => {
    for (const { key, inStages } of everyName) {
      const moved = copyOf(current);
      for (const stage of inStages) moved.get(stage)?.set(key, 'breakwater-<stage>-other.Id');
      expect(findBrokenNames(last, moved)[0], key).toContain(`${key}: its logical id on ${inStages[0]} is`);
    }
  });

  test('may go once it is retired, is forgotten by the next list, and does not come back', () => {
    for (const { key } of everyName) {
      const retiring = { ...last, retired: { [key]: { unused: 'nothing has called it since 0.0.9' } } };
      expect(findBrokenNames(retiring, without(key)), key).toEqual([]);
      const next = nextRelease('0.2.0', retiring, without(key));
      expect(JSON.stringify(next.names)).not.toContain(JSON.stringify(key));
      expect(findBrokenNames(next, current)[0], key).toContain(`${key}: it is retired, but`);
    }
  });
});

describe('a renamed queue', () => {
  const OLD = 'AWS::SQS::Queue breakwater-<stage>-old';
  const NEW = 'AWS::SQS::Queue breakwater-<stage>-new';
  const deployed = (...keys: readonly string[]): typeof current =>
    new Map([['dev', new Map(keys.map((key) => [key, `stack.${key}`]))]]);
  const first = nextRelease('1.0.0', undefined, deployed(OLD));
  const retired = { [OLD]: { replacedBy: NEW } };

  test('is refused in one release, also if the old name is listed as retired', () => {
    expect(findBrokenNames(first, deployed(NEW))).toHaveLength(1);
    expect(findBrokenNames({ ...first, retired }, deployed(NEW))).toEqual([
      expect.stringContaining(`${OLD}: release 1.0.0 did not deploy its replacement ${NEW} to dev`),
    ]);
  });

  test('is allowed in two', () => {
    const second = nextRelease('1.1.0', first, deployed(OLD, NEW));
    const third = nextRelease('1.2.0', { ...second, retired }, deployed(NEW));
    expect(third).toEqual({ release: '1.2.0', names: { dev: { [NEW]: `stack.${NEW}` } }, retired });
    expect(findBrokenNames(third, deployed(NEW))).toEqual([]);
  });
});

test('two new indexes are seen in one deployment, and one new index is', () => {
  const index = (name: string) => `index breakwater-<stage>/${name}`;
  const deployed = (...indexes: readonly string[]): typeof current =>
    new Map([['dev', new Map(indexes.map((name) => [index(name), 'stack.Table']))]]);
  const before = nextRelease('1.0.0', undefined, deployed('list', 'due'));
  expect(findChangedIndexes(before, deployed('list', 'due', 'new')).get('dev')).toEqual([index('new')]);
  expect(findChangedIndexes(before, deployed('list', 'new')).get('dev')).toEqual([index('due'), index('new')]);
});
