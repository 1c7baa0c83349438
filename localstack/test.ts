import { describeHost } from './acceptance.ts';
import { bootstrap, deploy, destroy, type Outputs } from './deploy.ts';
import { install } from './install.ts';
import { findPrerequisites, requireDocker } from './prerequisites.ts';
import { Complaint, endAll } from './run.ts';
import { start, stop } from './server.ts';
import { docker, endpoint, image } from './settings.ts';
import { runSuite, type Tally } from './suites.ts';
import { verifyResources } from './verify.ts';

const CONFORMANCE_MS = 120_000;
const DIFFERENTIAL_MS = 520_000;
const FAULTS_MS = 600_000;
const ACCEPTANCE_MS = 900_000;
/** The whole run, whatever hangs. */
const DEADLINE_MS = 24 * 60_000;

const tally = { passed: 0, failed: 0 };
const add = ({ passed, failed }: Tally) => {
  tally.passed += passed;
  tally.failed += failed;
};

let brokenOff = false;
/** Once the run is broken off, it stands still until the process ends. */
const standStill = () => new Promise<never>(() => {});

/** Counts as one test that fails if the step does. Steps that need its answer must not be tried without it. */
const step = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
  if (brokenOff) return standStill();
  const begun = Date.now();
  console.log(`\n== ${name}`);
  try {
    const answer = await act();
    console.log(`== ${name}: done in ${((Date.now() - begun) / 1_000).toFixed(1)} s`);
    return answer;
  } catch (error) {
    if (brokenOff) return standStill();
    tally.failed += 1;
    throw error;
  }
};

/** A failure here leaves the other steps to run. */
const tolerantly = async (act: Promise<unknown>): Promise<void> => {
  await act.catch(complain);
};

const complain = (error: unknown) => {
  console.error(error instanceof Error && process.env['DEBUG'] === undefined ? error.message : error);
};

const check = async (outputs: Outputs): Promise<void> => {
  await tolerantly(
    step('every synthesised resource exists', async () => {
      console.log(`${await verifyResources()} resources were seen by their services`);
      tally.passed += 1;
    }),
  );
  const conformance = { CONFORMANCE_ENDPOINT: endpoint };
  await tolerantly(step('conformance', async () => add(await runSuite('conformance', conformance, CONFORMANCE_MS))));
  await tolerantly(step('differential', async () => add(await runSuite('differential', conformance, DIFFERENTIAL_MS))));
  // first, for its audit is of a whole table at rest
  for (const [suite, timeoutMs] of [
    ['faults', FAULTS_MS],
    ['acceptance', ACCEPTANCE_MS],
  ] as const)
    await tolerantly(
      step(suite, async () => add(await runSuite(suite, { ACCEPTANCE_HOST: await describeHost(outputs) }, timeoutMs))),
    );
};

const deployAndCheck = async (): Promise<void> => {
  try {
    await step('bootstrap', bootstrap);
    await check(await step('deploy', deploy));
  } finally {
    await step('destroy', destroy);
    tally.passed += 1;
  }
};

const main = async (): Promise<void> => {
  if (docker) console.log(`With the image ${image}: this way has not been run yet.`);
  await (docker ? requireDocker() : findPrerequisites());
  if (!docker) await step('install', install);
  try {
    await step('start LocalStack', start);
    await deployAndCheck();
  } finally {
    await stop();
  }
};

const breakOff = async (why: string): Promise<never> => {
  brokenOff = true;
  console.error(`\n${why}: stopping LocalStack`);
  endAll();
  await stop().catch(complain);
  console.log(`${tally.passed} passed, ${tally.failed + 1} failed`);
  process.exit(1);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void breakOff(signal));
setTimeout(() => void breakOff(`not done within ${DEADLINE_MS / 60_000} minutes`), DEADLINE_MS).unref();

try {
  await main();
} catch (error) {
  if (error instanceof Complaint && tally.failed === 0) tally.failed += 1;
  complain(error);
}
console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
