import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { expect, it } from 'vitest';
import { allowed, law } from './law.ts';

const noCycles: IForbiddenRuleType = { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } };

const analyse = async (folders: string[]): Promise<ICruiseResult> => {
  const { output } = await cruise(folders, {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // node_modules may be a symbolic link
    preserveSymlinks: true,
    exclude: { path: '^node_modules.*node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    validate: true,
    ruleSet: { allowed, allowedSeverity: 'error', forbidden: [noCycles] },
  });
  return output as ICruiseResult;
};

const result = await analyse(['bin', 'embedded', 'functions', 'lib', 'ops']);
const sources = result.modules.map(({ source }) => source);

it('finds modules for each rule of the law', () => {
  for (const { modules } of law) expect(sources.some((source) => new RegExp(modules).test(source))).toBe(true);
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

it('contains no forbidden import and no cycle', () => {
  const violations = result.summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`);
  expect(violations).toEqual([]);
});
