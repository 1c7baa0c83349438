import { budgets } from '../budgets.ts';
import { barChart } from '../chart.ts';
import type { Section } from '../section.ts';
import { table } from '../table.ts';
import { type Bundled, measureBundles, origins } from './bundles.ts';

const ROUNDS = 15;

/** What a function's first invocation in an environment waits for: its code. */
export const bundlesSection: Section<readonly Bundled[]> = {
  name: 'bundles',
  title: 'The bundle of each function, and its init',
  measure: async (quick) => measureBundles(quick ? 3 : ROUNDS),
  text: (
    measured,
  ) => `Each is loaded as Lambda does it, in a process of its own, right after its control: the client of the table as every function makes it, bundled
alike, and nothing else; that which mails has the client of SES in its control, too. Medians. The ratio is that of processor time, which other
work on the machine disturbs least. Budget for a function with the table: ${budgets.bundleKb} KB and ${budgets.initRatio} of its control's init.

${table(
  ['function', 'KB', 'init, ms', 'init / control', ...origins.map((origin) => `${origin}, KB`)],
  measured.map(({ name, kb, initMs, initRatio, kbOf }) => [
    name,
    kb.toFixed(0),
    initMs.toFixed(1),
    initRatio.toFixed(2),
    ...origins.map((origin) => kbOf[origin].toFixed(0)),
  ]),
)}`,
  charts: async (measured) => ({
    'bundles.svg': await barChart(
      'What is in each bundle',
      'KB, minified',
      measured.flatMap(({ name, kbOf }) => origins.map((part) => ({ name, part, value: kbOf[part] }))),
    ),
    'init.svg': await barChart(
      'Init of each bundle / of its control',
      'times the processor time',
      measured.map(({ name, initRatio }) => ({ name, value: initRatio })),
    ),
  }),
  broken: (measured) =>
    measured
      .filter(({ isFunction, hasTable }) => isFunction && hasTable)
      .flatMap(({ name, kb, initRatio }) => [
        ...(kb > budgets.bundleKb ? [`${name} has ${kb.toFixed(0)} KB`] : []),
        ...(initRatio > budgets.initRatio ? [`the init of ${name} is ${initRatio.toFixed(2)} of the control's`] : []),
      ]),
};
