import { functionBudgets } from '../budgets.ts';
import { barChart } from '../chart.ts';
import { markdownTable } from '../format.ts';
import type { Section } from '../section.ts';
import { type BundleMeasurement, measureBundles, origins } from './bundles.ts';

// enough pairs that the largest median is a slow function, not a noisy one
const ROUNDS = 45;

/** The first invocation in an environment waits until the function's code is loaded. */
export const bundlesSection: Section<readonly BundleMeasurement[]> = {
  name: 'bundles',
  title: 'The bundle of each function, and its init',
  measure: async (quick) => measureBundles(quick ? 3 : ROUNDS),
  text: (
    measured,
  ) => `Each bundle is loaded in its own process, as on Lambda, right after its control. The control is a bundle that contains only the table's client.
The control of the function that sends mail also has the SES client. The figures are medians. The ratio compares CPU time, because other load on the machine
affects it least. Budget for a function with the table: ${functionBudgets.bundleKb} KB and ${functionBudgets.initRatio} times the init of its control.

${markdownTable(
  ['function', 'KB', 'init, ms', 'init / control', ...origins.map((origin) => `${origin}, KB`)],
  measured.map(({ name, kb, initMs, initRatio, kbByOrigin }) => [
    name,
    kb.toFixed(0),
    initMs.toFixed(1),
    initRatio.toFixed(2),
    ...origins.map((origin) => kbByOrigin[origin].toFixed(0)),
  ]),
)}`,
  charts: async (measured) => ({
    'bundles.svg': await barChart(
      'Contents of each bundle',
      'KB, minified',
      measured.flatMap(({ name, kbByOrigin }) => origins.map((part) => ({ name, part, value: kbByOrigin[part] }))),
    ),
    'init.svg': await barChart(
      'Init of each bundle, relative to its control',
      'ratio of CPU time',
      measured.map(({ name, initRatio }) => ({ name, value: initRatio })),
    ),
  }),
  brokenBudgets: (measured) =>
    measured
      .filter(({ isFunction, hasTable }) => isFunction && hasTable)
      .flatMap(({ name, kb, initRatio }) => [
        ...(kb > functionBudgets.bundleKb
          ? [`the bundle of ${name} has ${kb.toFixed(0)} KB instead of ${functionBudgets.bundleKb}`]
          : []),
        ...(initRatio > functionBudgets.initRatio
          ? [
              `the init of ${name} takes ${initRatio.toFixed(2)} times its control's instead of ${functionBudgets.initRatio}`,
            ]
          : []),
      ]),
};
