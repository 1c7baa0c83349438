import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const STEPS = ['test', 'run test:templates', 'run test:runtime-client', 'run test:localstack'];
const PASSED = 'echo "3 passed, 0 failed"';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-ci-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `.ci/run` with an npm that does this, by its arguments. It succeeds with any others. */
const runCi = (commands: Readonly<Record<string, string>>) => {
  const cases = Object.entries(commands).map(([args, command]) => `  '${args}') ${command} ;;`);
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\nesac\n`);
  chmodSync(join(folder, 'npm'), 0o755);
  const PATH = [folder, process.env['PATH']].join(delimiter);
  const { status, stdout } = spawnSync('bash', ['.ci/run'], { cwd: ROOT, env: { PATH }, encoding: 'utf8' });
  return { status, lines: stdout.trimEnd().split('\n') };
};
const allPass = Object.fromEntries(STEPS.map((step) => [step, PASSED]));

describe('.ci/run', () => {
  it('passes if every step has passed tests and none that failed, and sums them', () => {
    const { status, lines } = runCi(allPass);
    expect(lines.filter((line) => line.startsWith('== npm') && !line.includes('took'))).toEqual(
      STEPS.map((step) => `== npm ${step}`),
    );
    expect([status, lines.at(-1)]).toEqual([0, '12 passed, 0 failed']);
  });

  it.each(STEPS)('fails if a test of `npm %s` failed, and names it at the end', (step) => {
    const { status, lines } = runCi({
      ...allPass,
      [step]: 'echo "failed: a.test.ts: it works"; echo "2 passed, 1 failed"; exit 1',
    });
    expect([status, lines.slice(-2)]).toEqual([1, ['failed: a.test.ts: it works', '11 passed, 1 failed']]);
  });

  it.each([
    ['ends before it has counted its tests', 'echo "out of memory"; exit 137', '9 passed, 1 failed'],
    ['fails although no test failed', `${PASSED}; exit 1`, '12 passed, 1 failed'],
    ['succeeds without a test', 'true', '9 passed, 1 failed'],
    ['succeeds with no test passed', 'echo "0 passed, 0 failed"', '9 passed, 1 failed'],
    ['succeeds although a test failed', 'echo "2 passed, 1 failed"', '11 passed, 1 failed'],
  ])('fails if a step %s, and runs the others', (_, command, last) => {
    const { status, lines } = runCi({ ...allPass, 'run test:templates': command });
    expect([status, lines.at(-1)]).toEqual([1, last]);
    expect(lines).toContain('== npm run test:localstack');
  });

  it('counts the last line of a step, because a step may run another', () => {
    const { lines } = runCi({ ...allPass, test: 'echo "1 passed, 7 failed"; echo "5 passed, 0 failed"' });
    expect(lines.at(-1)).toBe('14 passed, 0 failed');
  });

  it('runs nothing if the packages cannot be installed', () => {
    const { status, lines } = runCi({ ...allPass, ci: 'exit 1' });
    expect([status, lines]).toEqual([1, ['0 passed, 1 failed']]);
  });
});
