import { expect, test } from 'vitest';
import { collectFigures, renderFigures } from './figures.ts';
import { findBrokenBudgets } from './report.ts';
import type { SectionReport } from './section.ts';

const createSectionReport = (name: string, measured: unknown): SectionReport => ({
  name,
  title: name,
  measured,
  text: '',
  charts: {},
  brokenBudgets: [],
});
const sale = (sold: number, condition = true) => ({ condition, sold });
const loads = (confirmedPerSecond: number) => [{ concurrency: 8, placed: 1, confirmedPerSecond, p50Ms: 5, p99Ms: 50 }];

test('a figure has a control and a budget beside it', () => {
  const [figure] = collectFigures([createSectionReport('flash-sale', [sale(1_000), sale(1_000), sale(1_097, false)])]);
  expect(figure).toMatchObject({ measured: '1000', control: '1097 without the condition', holds: true });
});

test('a broken budget is reported once', () => {
  const reports = [createSectionReport('flash-sale', [sale(1_000), sale(1_001)])];
  expect(renderFigures(reports)).toContain('**no**');
  expect(findBrokenBudgets(reports)).toHaveLength(1);
  expect(
    findBrokenBudgets([{ ...createSectionReport('throughput', loads(99)), brokenBudgets: ['99 orders a second'] }]),
  ).toEqual(['99 orders a second']);
});

test('a section that was not run is named, and its figures are left out', () => {
  expect(renderFigures([createSectionReport('flash-sale', [sale(1_000)])])).toMatch(
    /not run.*: cost, bundles, throughput, competitor\./,
  );
});

test('the figures of a competitor are controls if they were measured', () => {
  const load = { concurrency: 8, paidPerSecond: 12, lastCall: { p50Ms: 500, p99Ms: 700 } };
  const competitor = createSectionReport('competitor', { vendure: { loads: [load] } });
  const controls = (reports: readonly SectionReport[]) => collectFigures(reports).map(({ control }) => control);
  expect(controls([createSectionReport('throughput', loads(120)), competitor])).toEqual([
    '12.0, Vendure',
    "700 ms, Vendure's last call",
  ]);
  expect(controls([createSectionReport('throughput', loads(120))])).toEqual(['not measured', 'not measured']);
});
