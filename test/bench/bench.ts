import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundlesSection } from './bundles/bundles.section.ts';
import { competitorSection } from './competitor/competitor.section.ts';
import { costSection } from './cost/cost.section.ts';
import { flashSaleSection } from './flash-sale/flash-sale.section.ts';
import { loadSection } from './load/load.section.ts';
import { describeMachine } from './machine.ts';
import { neighboursSection } from './neighbours/neighbours.section.ts';
import { type Environment, findBrokenBudgets, renderReportFiles } from './report.ts';
import { type Reporter, type SectionReport, toReporter } from './section.ts';
import { simSection } from './sim/sim.section.ts';
import { soakSection } from './soak/soak.section.ts';
import { throughputSection } from './throughput/throughput.section.ts';

const REPORT_FOLDER = 'docs/bench';
const USAGE = `npm run bench [-- --quick] [--only SECTION,...] [--out FOLDER] [--again SECTION,...]

Measures what an order costs and how many orders per second the embedded host takes, and writes report.json, README.md and charts
into ${REPORT_FOLDER}.
  --quick   takes less time and is less precise
  --only    runs only these sections; writes files only with --out. SECTION:PART runs one part of a section, such as
            ${neighboursSection.name}:${neighboursSection.parts?.[0]}
  --again   measures these sections again, such as after another program disturbed them, and keeps the others of ${REPORT_FOLDER}`;

/** In the order of the report. */
const sections: Readonly<Record<string, Reporter>> = {
  [costSection.name]: toReporter(costSection),
  [throughputSection.name]: toReporter(throughputSection),
  [flashSaleSection.name]: toReporter(flashSaleSection),
  [bundlesSection.name]: toReporter(bundlesSection),
  [loadSection.name]: toReporter(loadSection),
  [neighboursSection.name]: toReporter(neighboursSection),
  [soakSection.name]: toReporter(soakSection),
  [simSection.name]: toReporter(simSection),
  [competitorSection.name]: toReporter(competitorSection),
};

const selectSections = (only: string | undefined) => {
  const selected = Map.groupBy(only?.split(',') ?? Object.keys(sections), (name) => name.split(':')[0] ?? '');
  return [...selected].map(([name, entries]) => {
    const section = sections[name];
    if (!section)
      throw new Error(`unknown section "${name}"; the sections are ${Object.keys(sections).join(', ')}\n\n${USAGE}`);
    const parts = entries.flatMap((entry) => entry.split(':').slice(1));
    const unknown = parts.find((part) => !section.parts.includes(part));
    if (unknown !== undefined)
      throw new Error(`unknown part "${unknown}" of ${name}; its parts are ${section.parts.join(', ')}\n\n${USAGE}`);
    return { name, section, parts: parts.length > 0 ? parts : undefined };
  });
};

const measure = async (only: string | undefined, quick: boolean): Promise<readonly SectionReport[]> => {
  const reports: SectionReport[] = [];
  for (const { name, section, parts } of selectSections(only)) {
    const startedAt = Date.now();
    reports.push(await section.report(quick, parts));
    console.log(`${name}: done in ${((Date.now() - startedAt) / 1_000).toFixed(0)} s`);
  }
  return reports;
};

/** The committed report with these sections measured again. */
const measureAgain = async (names: string) => {
  const {
    at,
    machine,
    node,
    commit,
    versions,
    again,
    figures: _,
    ...measured
  } = JSON.parse(await readFile(join(REPORT_FOLDER, 'report.json'), 'utf8'));
  const newReports = new Map((await measure(names, false)).map((report) => [report.name, report]));
  const reports = await Promise.all(
    Object.entries(sections).map(
      async ([name, section]) => newReports.get(name) ?? (await section.render(measured[name])),
    ),
  );
  const now = describeMachine();
  const remeasured = Object.fromEntries(
    [...newReports.keys()].map((name) => [name, { at: now.at, commit: now.commit }]),
  );
  const environment: Environment = { at, machine, node, commit, versions, again: { ...again, ...remeasured } };
  return { reports, environment };
};

const main = async () => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ options: { quick: flag, only: text, out: text, again: text, help: flag } });
  if (values.help) return console.log(USAGE);
  const folder = values.out ?? (values.only === undefined ? REPORT_FOLDER : undefined);
  const { reports, environment } =
    values.again === undefined
      ? { reports: await measure(values.only, values.quick === true), environment: describeMachine() }
      : await measureAgain(values.again);
  const files = renderReportFiles(reports, environment);
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  }
  console.log(`\n${files['README.md']}`);
  process.exitCode = findBrokenBudgets(reports).length === 0 ? 0 : 1;
};

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
});
