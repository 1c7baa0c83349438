import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const GIT_TIMEOUT_MS = 5_000;
/** The packages that the figures depend on most. */
const REPORTED_PACKAGES = [
  '@aws-sdk/client-dynamodb',
  '@middy/core',
  'zod',
  'esbuild',
  'vitest',
  '@vendure/core',
  'better-sqlite3',
];

type Packages = Readonly<Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>>;

const readVersions = (): Readonly<Record<string, string>> => {
  const packages = ['package.json', 'test/bench/vendure/package.json'].map(
    (file): Partial<Packages> => JSON.parse(readFileSync(join(ROOT, file), 'utf8')),
  );
  const allVersions = Object.assign(
    {},
    ...packages.flatMap(({ dependencies, devDependencies }) => [dependencies, devDependencies]),
  );
  return Object.fromEntries(
    REPORTED_PACKAGES.flatMap((name) => (allVersions[name] ? [[name, allVersions[name]]] : [])),
  );
};

/** The measured commit; `unknown` outside a Git checkout. */
const readCommit = (): string => {
  try {
    const args = ['describe', '--always', '--dirty'];
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', timeout: GIT_TIMEOUT_MS, stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
};

/** The machine, the commit and the versions that the figures depend on. */
export const describeMachine = () => ({
  at: new Date().toISOString(),
  machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
  node: process.version,
  commit: readCommit(),
  versions: readVersions(),
});
