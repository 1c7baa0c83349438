import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const VENDURE_FOLDER = join(import.meta.dirname, '../vendure');
const INSTALL_TIMEOUT_MS = 300_000;

const modifiedAt = async (file: string): Promise<number | undefined> => {
  try {
    return (await stat(join(VENDURE_FOLDER, file))).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Installs Vendure's packages from its lock file if they are missing or older than it. */
export const installVendure = async (): Promise<void> => {
  const installedAt = await modifiedAt('node_modules/.package-lock.json');
  const lockedAt = await modifiedAt('package-lock.json');
  if (installedAt !== undefined && lockedAt !== undefined && installedAt >= lockedAt) return;
  console.log('installing Vendure for the comparison (170 MB, once)');
  try {
    // no package needs its install script: the native ones contain their binaries
    const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', ['ci', ...options], { cwd: VENDURE_FOLDER, timeout: INSTALL_TIMEOUT_MS });
  } catch (error) {
    const { killed, stderr = '' } = error as Error & { killed?: boolean; stderr?: string };
    const reason = killed
      ? `not finished within ${INSTALL_TIMEOUT_MS / 1_000} s`
      : stderr.trim() || (error as Error).message;
    throw new Error(`npm ci in test/bench/vendure: ${reason}`, { cause: error });
  }
};
