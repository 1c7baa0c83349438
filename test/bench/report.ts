import { figuresOf, figuresText } from './figures.ts';
import { machine } from './machine.ts';
import type { Told } from './section.ts';

/** The budgets that do not hold, in words. */
export const brokenOf = (sections: readonly Told[]): readonly string[] => [
  ...sections.flatMap(({ broken }) => broken),
  // a section that judges its figure itself has said more about it
  ...figuresOf(sections)
    .filter(
      ({ holds, section }) => !holds && !sections.some(({ name, broken }) => name === section && broken.length > 0),
    )
    .map(({ figure, measured, budget }) => `${figure}: ${measured} instead of ${budget}`),
];

const chapter = ({ title, text, charts }: Told) =>
  [`## ${title}`, text, ...Object.keys(charts).map((file) => `![${file.replace('.svg', '')}](${file})`)].join('\n\n');

/** The files of a report: the figures, their charts, and a page made from them alone. */
export const reportFiles = (sections: readonly Told[]): Readonly<Record<string, string>> => {
  const on = machine();
  const { at, node, commit, versions } = on;
  const broken = brokenOf(sections);
  const head = `# Bench

Written by \`npm run bench\` on ${at.slice(0, 10)}: ${on.machine}, Node ${node}, commit ${commit}. The figures are in
[report.json](report.json). With ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.

${broken.length === 0 ? 'Every budget holds.' : `Budgets that do not hold: ${broken.join('; ')}.`}

## Figures to hold

${figuresText(sections)}`;
  const measured = Object.fromEntries(sections.map((section) => [section.name, section.measured]));
  return {
    'report.json': `${JSON.stringify({ ...on, figures: figuresOf(sections), ...measured }, null, 2)}\n`,
    'README.md': `${[head, ...sections.map(chapter)].join('\n\n')}\n`,
    ...Object.assign({}, ...sections.map(({ charts }) => charts)),
  };
};
