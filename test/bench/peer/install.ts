import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const HOME = join(import.meta.dirname, '../vendure');
const INSTALL_MS = 300_000;

const changedAt = async (file: string): Promise<number | undefined> => {
  try {
    return (await stat(join(HOME, file))).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Vendure's packages, as its own lock file has them; installed when they are missing or older than that. */
export const install = async (): Promise<void> => {
  const installed = await changedAt('node_modules/.package-lock.json');
  const locked = await changedAt('package-lock.json');
  if (installed !== undefined && locked !== undefined && installed >= locked) return;
  console.log('installing Vendure for the comparison (170 MB, once)');
  try {
    // none of its packages needs its install script: those that are native carry their binaries
    const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', ['ci', ...options], { cwd: HOME, timeout: INSTALL_MS });
  } catch (error) {
    const { killed, stderr = '' } = error as Error & { killed?: boolean; stderr?: string };
    const why = killed ? `not done within ${INSTALL_MS / 1_000} s` : stderr.trim() || (error as Error).message;
    throw new Error(`npm ci in test/bench/vendure: ${why}`, { cause: error });
  }
};
