import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

let folder: string;
const run = async (command: string, ...args: readonly string[]) => {
  const { stdout } = await promisify(execFile)(command, [...args], { cwd: folder, env: { ...process.env, CI: '' } });
  return stdout;
};
const read = (path: string) => readFileSync(join(folder, path), 'utf8');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-context-'));
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const path of listed.trim().split('\n'))
    if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(folder, path));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['parcels', 'parcel', 'OrderConfirmed.v1'],
  ['ratings', 'rating', 'ProductChanged.v1'],
])('npm run new:context -- %s --entity %s --event %s', (context, entity, event) => {
  it('creates a context that compiles and whose test passes', { timeout: 900_000 }, async () => {
    await run('node', 'bin/new-context.ts', context, '--entity', entity, '--event', event);
    expect(read('functions/contexts.ts')).toContain(`from '#${context}/manifest'`);
    expect(read('docs/table.md')).toContain(`\`${context}#<t>#${entity}#<id>\``);
    expect(read('README.md')).toContain(`GET /v1/${context}/{id}`);
    expect(await run('npx', 'tsc')).toBe('');
    await run('npx', 'biome', 'check', '--write', '--vcs-enabled=false', `functions/${context}`, `test/${context}`);
    expect(await run('npx', 'vitest', 'run', '--project', 'unit', `test/${context}`)).toContain('2 passed');
    // tests of the whole backend derive their lists from the contexts
    const others = [
      'test/infra/stages.test.ts',
      'test/infra/protection.test.ts',
      'test/notifications/correlation.test.ts',
      'test/docs/operating.test.ts',
      'test/docs/table.test.ts',
      'test/bench/cost/partitions.test.ts',
    ];
    await run(
      'npx',
      'vitest',
      'run',
      '--project',
      'unit',
      '--project',
      'infra',
      '--project',
      'architecture',
      ...others,
    );
  });
});

it.each([
  [['orders'], 'functions/orders exists already'],
  [['Shipping'], 'npm run new:context -- NAME'],
  [['payroll', '--event', 'PaidOut.v1'], 'no context publishes PaidOut.v1'],
  [['payroll', '--colour', 'red'], 'Unknown option'],
  [[], 'npm run new:context -- NAME'],
])('refuses %j and says why', async (args, message) => {
  const refused = run('node', 'bin/new-context.ts', ...args);
  await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
});
