import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundle } from './bundle.ts';
import {
  type Scenario,
  type ScenarioCase,
  type ScenarioResult,
  type StepFault,
  scenarios,
  stepFaultModes,
} from './scenarios.ts';
import { createWorkerPool } from './worker-pool.ts';

let backendBundle: Bundle;
beforeAll(async () => {
  backendBundle = await bundle();
});
afterAll(() => backendBundle.remove());

const play = async (cases: readonly ScenarioCase[]): Promise<ScenarioResult[]> => {
  const results: ScenarioResult[] = [];
  const workers = Math.min(2, availableParallelism());
  const pool = createWorkerPool<ScenarioCase, ScenarioResult>(backendBundle.path, workers);
  await pool.run(cases.values(), (scenarioCase, result) => {
    results.push('error' in result ? { case: scenarioCase, tasks: [], problems: [result.error] } : result);
    return true;
  });
  return results;
};
const failedCases = (results: readonly ScenarioResult[]) =>
  results
    .filter(({ problems }) => problems.length > 0)
    .map((result) => ({ ...result.case, problems: result.problems }));

/** Every fault of a first invocation, then every pair of them, including faults of a task's first and second invocation. */
const stepFaultsOf = (tasks: readonly string[]): (readonly StepFault[])[] => {
  const singles = tasks.flatMap((task) => stepFaultModes.map((mode): StepFault => ({ task, n: 0, mode })));
  const combined = singles.flatMap((first, n) =>
    singles.slice(n + 1).map((second): readonly StepFault[] => [first, second]),
  );
  const pairs = combined.filter(([first, second]) => first?.task !== second?.task);
  const repeated = singles.flatMap((first) =>
    stepFaultModes.map((mode): readonly StepFault[] => [first, { ...first, n: 1, mode }]),
  );
  return [...singles.map((single) => [single]), ...pairs, ...repeated];
};

test.each(Object.keys(scenarios) as Scenario[])(
  '%s: the order reaches its final status whatever happens to one or two of its steps',
  async (scenario) => {
    const [undisturbed] = await play([{ scenario, stepFaults: [] }]);
    expect(undisturbed?.problems).toEqual([]);
    const tasks = undisturbed?.tasks ?? [];
    expect(tasks.length).toBeGreaterThanOrEqual(3);
    const results = await play(stepFaultsOf(tasks).map((stepFaults) => ({ scenario, stepFaults })));
    console.log(`${scenario}: ${tasks.join(', ')}: ${results.length} cases`);
    expect(failedCases(results)).toEqual([]);
  },
);
