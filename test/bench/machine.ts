import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const COMMIT_MS = 5_000;
/** What the figures hang on most. */
const TOLD = ['@aws-sdk/client-dynamodb', '@middy/core', 'zod', 'esbuild', 'vitest', '@vendure/core', 'better-sqlite3'];

type Packages = Readonly<Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>>;

const versions = (): Readonly<Record<string, string>> => {
  const all = ['package.json', 'test/bench/vendure/package.json'].map(
    (file): Partial<Packages> => JSON.parse(readFileSync(join(ROOT, file), 'utf8')),
  );
  const known = Object.assign(
    {},
    ...all.flatMap(({ dependencies, devDependencies }) => [dependencies, devDependencies]),
  );
  return Object.fromEntries(TOLD.flatMap((name) => (known[name] ? [[name, known[name]]] : [])));
};

/** The commit that was measured; unknown outside of a checkout. */
const commit = (): string => {
  try {
    const asked = ['describe', '--always', '--dirty'];
    return execFileSync('git', asked, { cwd: ROOT, encoding: 'utf8', timeout: COMMIT_MS, stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
};

/** What the figures were measured on, and of what. */
export const machine = () => ({
  at: new Date().toISOString(),
  machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
  node: process.version,
  commit: commit(),
  versions: versions(),
});
