import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { expect, it } from 'vitest';
import { allowed, law } from './law.ts';

const circles: IForbiddenRuleType = { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } };

const cruised = async (folders: string[]): Promise<ICruiseResult> => {
  const { output } = await cruise(folders, {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // node_modules may be a link
    preserveSymlinks: true,
    exclude: { path: '^node_modules.*node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    validate: true,
    ruleSet: { allowed, allowedSeverity: 'error', forbidden: [circles] },
  });
  return output as ICruiseResult;
};

const result = await cruised(['bin', 'embedded', 'functions', 'lib', 'ops']);
const sources = result.modules.map(({ source }) => source);

it('sees the modules that it judges', () => {
  for (const { room } of law) expect(sources.some((source) => new RegExp(room).test(source))).toBe(true);
  expect(result.modules.flatMap((module) => module.dependencies).length).toBeGreaterThan(500);
});

it('resolves every import', () => {
  const unresolved = result.modules.flatMap(({ source, dependencies }) =>
    dependencies
      .filter((to) => to.couldNotResolve && !to.coreModule && to.module !== 'aws-lambda')
      .map((to) => `${source} -> ${to.module}`),
  );
  expect(unresolved).toEqual([]);
});

it('keeps the import law, without circles', () => {
  const broken = result.summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`);
  expect(broken).toEqual([]);
});
