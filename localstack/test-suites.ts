import { readFile, rm } from 'node:fs/promises';
import { runCommand } from './run-command.ts';
import { clientEnvironment, home } from './settings.ts';

export type Tally = { readonly passed: number; readonly failed: number };

type VitestReport = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
};

/** Runs one of vitest's projects and counts its tests from the JSON report. A run without a report has failed as a whole. */
export const runTestSuite = async (
  project: string,
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Tally> => {
  const reportFile = `${home}/${project}.json`;
  await rm(reportFile, { force: true });
  const args = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
  ];
  const failure = await runCommand('vitest', args, {
    env: { ...clientEnvironment, ...env },
    timeoutMs,
    printOutput: true,
  }).then(
    () => undefined,
    (error: Error) => error,
  );
  const report = await readFile(reportFile, 'utf8').then(
    (text): VitestReport => JSON.parse(text),
    () => undefined,
  );
  if (!report) throw failure ?? new Error(`the suite ${project} wrote no report`);
  // a file that fails to load, or that contains no test, has no results to count
  const brokenFiles = report.testResults.filter(({ assertionResults }) => assertionResults.length === 0).length;
  const failed = report.numFailedTests + brokenFiles;
  if (report.numPassedTests + failed === 0) throw new Error(`the suite ${project} has no tests`);
  if (failure && failed === 0) throw failure;
  return { passed: report.numPassedTests, failed };
};
