import { readFile, rm } from 'node:fs/promises';
import { run } from './run.ts';
import { clientEnvironment, home } from './settings.ts';

export type Tally = { readonly passed: number; readonly failed: number };

type Report = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
};

/** Runs a project of the tests. Its report tells how it went; a run that leaves none has failed as a whole. */
export const runSuite = async (
  project: string,
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Tally> => {
  const file = `${home}/${project}.json`;
  await rm(file, { force: true });
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const failure = await run('vitest', args, { env: { ...clientEnvironment, ...env }, timeoutMs, show: true }).then(
    () => undefined,
    (error: Error) => error,
  );
  const report = await readFile(file, 'utf8').then(
    (text): Report => JSON.parse(text),
    () => undefined,
  );
  if (!report) throw failure ?? new Error(`the suite ${project} left no report`);
  // a file that does not load, or loads without a test, has no assertion to count
  const broken = report.testResults.filter(({ assertionResults }) => assertionResults.length === 0).length;
  const failed = report.numFailedTests + broken;
  if (report.numPassedTests + failed === 0) throw new Error(`the suite ${project} has no tests`);
  if (failure && failed === 0) throw failure;
  return { passed: report.numPassedTests, failed };
};
