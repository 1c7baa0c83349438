import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Resident memory of a process. */
export const memoryMb = async (pid: number): Promise<number> => {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)], { timeout: 10_000 });
  return Number(stdout) / 1_024;
};
