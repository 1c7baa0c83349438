import { afterEach, expect, test, vi } from 'vitest';
import { findBrokenBudgets, renderReportFiles } from './report.ts';
import { type Section, toReporter } from './section.ts';

const createSection = (name: string, measure: Section<number>['measure']): Section<number> => ({
  ...{ name, title: `Section ${name}`, measure, text: String },
  charts: async () => ({}),
  brokenBudgets: () => [],
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('a section that fails breaks its budget, and the others keep their results', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const fails = createSection('broken', async () => {
    throw new Error('no server');
  });
  const reports = [
    await toReporter(fails).report(false),
    await toReporter(createSection('sound', async () => 7)).report(false),
  ];
  expect(findBrokenBudgets(reports)).toEqual(['broken FAILED: no server']);
  const { 'README.md': page = '', 'report.json': json = '{}' } = renderReportFiles(reports);
  expect(page).toContain('## Section broken\n\nbroken FAILED: no server');
  expect(JSON.parse(json)).toMatchObject({ sound: 7 });
});

test('a section measures only the selected parts', async () => {
  const measure = vi.fn(async () => 1);
  await toReporter(createSection('parts', measure)).report(true, ['one']);
  expect(measure).toHaveBeenCalledWith(true, ['one']);
});

test('what was measured before is reported as it was, with the sections that were measured again', async () => {
  const section = toReporter({
    ...createSection('kept', async () => 7),
    brokenBudgets: (measured) => (measured > 5 ? [`${measured} is more than 5`] : []),
  });
  const report = await section.report(false);
  const { measured } = report;
  expect(await section.render(JSON.parse(JSON.stringify(measured)))).toEqual(report);

  const environment = { ...{ at: '2026-11-28T06:00:00.000Z', machine: 'm', node: 'v24' }, commit: 'a1', versions: {} };
  const again = { kept: { at: '2026-11-29T06:00:00.000Z', commit: 'b2' } };
  const { 'README.md': page = '' } = renderReportFiles([report], { ...environment, again });
  expect(page).toContain('on 2026-11-28: m, Node v24, commit a1');
  expect(page).toContain(' Measured again on 2026-11-29, at commit b2: kept.\n');
});
