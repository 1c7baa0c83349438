// The entry point of `npm run test:localstack`.
import { writeHostFile } from './acceptance-host.ts';
import { install } from './install.ts';
import { findPrerequisites, requireDocker } from './prerequisites.ts';
import { runCommand, terminateAll, UserError } from './run-command.ts';
import { start, stop } from './server.ts';
import { clientEnvironment, docker, endpoint, image } from './settings.ts';
import { bootstrap, deploy, destroy, STAGE, type StackOutputs } from './stacks.ts';
import { runTestSuite, type Tally } from './test-suites.ts';
import { verifyResources } from './verify-resources.ts';

// these limits only end a run that hangs: on a busy machine each suite may take three times as long as alone
const CONFORMANCE_TIMEOUT_MS = 300_000;
const DIFFERENTIAL_TIMEOUT_MS = 520_000;
const FAULTS_TIMEOUT_MS = 900_000;
const ACCEPTANCE_TIMEOUT_MS = 1_200_000;
const SMOKE_TIMEOUT_MS = 360_000;
/** The limit of the whole run. */
const RUN_TIMEOUT_MS = 45 * 60_000;

const tally = { passed: 0, failed: 0 };
const addToTally = ({ passed, failed }: Tally) => {
  tally.passed += passed;
  tally.failed += failed;
};

let isAborted = false;
/** Keeps the steps of an aborted run from continuing until the process exits. */
const waitForExit = () => new Promise<never>(() => {});

/** Runs a step. A step that fails counts as one failed test, and its error skips the steps that need its result. */
const runStep = async <T>(name: string, action: () => Promise<T>): Promise<T> => {
  if (isAborted) return waitForExit();
  const startedAt = Date.now();
  console.log(`\n== ${name}`);
  try {
    const result = await action();
    console.log(`== ${name}: completed in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
    return result;
  } catch (error) {
    if (isAborted) return waitForExit();
    tally.failed += 1;
    throw error;
  }
};

/** Prints the error of a step instead of throwing it, so that the next steps run. */
const continueOnError = async (step: Promise<unknown>): Promise<void> => {
  await step.catch(printError);
};

const printError = (error: unknown) => {
  console.error(error instanceof Error && process.env['DEBUG'] === undefined ? error.message : error);
};

const runChecks = async (outputs: StackOutputs): Promise<void> => {
  await continueOnError(
    runStep('every deployed resource exists', async () => {
      console.log(`${await verifyResources()} resources were verified at their services`);
      tally.passed += 1;
    }),
  );
  const environment = { CONFORMANCE_ENDPOINT: endpoint };
  await continueOnError(
    runStep('conformance', async () =>
      addToTally(await runTestSuite('conformance', environment, CONFORMANCE_TIMEOUT_MS)),
    ),
  );
  await continueOnError(
    runStep('differential', async () =>
      addToTally(await runTestSuite('differential', environment, DIFFERENTIAL_TIMEOUT_MS)),
    ),
  );
  // the fault run comes first: its audit needs a table without other orders in progress
  for (const [suite, timeoutMs] of [
    ['faults', FAULTS_TIMEOUT_MS],
    ['acceptance', ACCEPTANCE_TIMEOUT_MS],
  ] as const)
    await continueOnError(
      runStep(suite, async () =>
        addToTally(await runTestSuite(suite, { ACCEPTANCE_HOST: await writeHostFile(outputs) }, timeoutMs)),
      ),
    );
  // the URL comes from CloudFormation, the key from Secrets Manager
  await continueOnError(
    runStep('smoke test', async () => {
      await runCommand('node', ['ops/smoke.ts', '--stage', STAGE], {
        ...{ env: clientEnvironment, timeoutMs: SMOKE_TIMEOUT_MS, printOutput: true },
      });
      tally.passed += 1;
    }),
  );
};

const deployAndRunChecks = async (): Promise<void> => {
  try {
    await runStep('bootstrap', bootstrap);
    await runChecks(await runStep('deploy', deploy));
  } finally {
    await runStep('destroy', destroy);
    tally.passed += 1;
  }
};

const main = async (): Promise<void> => {
  if (docker) console.log(`Using the image ${image}: nobody has tested this setup yet.`);
  await (docker ? requireDocker() : findPrerequisites());
  if (!docker) await runStep('install', install);
  try {
    await runStep('start LocalStack', start);
    await deployAndRunChecks();
  } finally {
    await stop();
  }
};

const abort = async (reason: string): Promise<never> => {
  isAborted = true;
  console.error(`\n${reason}: stopping LocalStack`);
  terminateAll();
  await stop().catch(printError);
  console.log(`${tally.passed} passed, ${tally.failed + 1} failed`);
  process.exit(1);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void abort(signal));
setTimeout(() => void abort(`not completed within ${RUN_TIMEOUT_MS / 60_000} minutes`), RUN_TIMEOUT_MS).unref();

try {
  await main();
} catch (error) {
  if (error instanceof UserError && tally.failed === 0) tally.failed += 1;
  printError(error);
}
console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
