import { collectFigures, renderFigures } from './figures.ts';
import { describeMachine } from './machine.ts';
import type { SectionReport } from './section.ts';

/** A sentence for each budget that is exceeded. */
export const findBrokenBudgets = (reports: readonly SectionReport[]): readonly string[] => [
  ...reports.flatMap(({ brokenBudgets }) => brokenBudgets),
  // a section that checks its figure itself reports it in more detail
  ...collectFigures(reports)
    .filter(
      ({ holds, section }) =>
        !holds && !reports.some(({ name, brokenBudgets }) => name === section && brokenBudgets.length > 0),
    )
    .map(({ figure, measured, budget }) => `${figure}: ${measured} instead of ${budget}`),
];

const renderSection = ({ title, text, charts }: SectionReport) =>
  [`## ${title}`, text, ...Object.keys(charts).map((file) => `![${file.replace('.svg', '')}](${file})`)].join('\n\n');

/** When, where and of what the figures were measured. */
export type Environment = ReturnType<typeof describeMachine> & {
  /** The sections that were measured again later, each at its own commit. */
  readonly again?: Readonly<Record<string, { readonly at: string; readonly commit: string }>>;
};

const renderAgain = (again: Environment['again'] = {}) =>
  Object.entries(again)
    .map(([name, { at, commit }]) => ` Measured again on ${at.slice(0, 10)}, at commit ${commit}: ${name}.`)
    .join('');

/** The files of a report: the figures, their charts, and a page generated from them. */
export const renderReportFiles = (
  reports: readonly SectionReport[],
  environment: Environment = describeMachine(),
): Readonly<Record<string, string>> => {
  const { at, machine, node, commit, versions, again } = environment;
  const brokenBudgets = findBrokenBudgets(reports);
  const header = `# Benchmark

Written by \`npm run bench\` on ${at.slice(0, 10)}: ${machine}, Node ${node}, commit ${commit}. The figures are in
[report.json](report.json). With ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.${renderAgain(again)}

${brokenBudgets.length === 0 ? 'Every figure is within its budget.' : `Exceeded budgets: ${brokenBudgets.join('; ')}.`}

## Figures with a budget

${renderFigures(reports)}`;
  const measured = Object.fromEntries(reports.map((report) => [report.name, report.measured]));
  return {
    'report.json': `${JSON.stringify({ ...environment, figures: collectFigures(reports), ...measured }, null, 2)}\n`,
    'README.md': `${[header, ...reports.map(renderSection)].join('\n\n')}\n`,
    ...Object.assign({}, ...reports.map(({ charts }) => charts)),
  };
};
