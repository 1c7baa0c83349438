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
