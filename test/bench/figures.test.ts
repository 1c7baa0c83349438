import { expect, test } from 'vitest';
import { figuresOf, figuresText } from './figures.ts';
import { brokenOf } from './report.ts';
import type { Told } from './section.ts';

const told = (name: string, measured: unknown): Told => ({
  name,
  title: name,
  measured,
  text: '',
  charts: {},
  broken: [],
});
const sale = (sold: number, condition = true) => ({ condition, sold });
const loads = (confirmedPerSecond: number) => [{ atOnce: 8, placed: 1, confirmedPerSecond, p50Ms: 5, p99Ms: 50 }];

test('a figure stands beside its control and its budget', () => {
  const [figure] = figuresOf([told('flash-sale', [sale(1_000), sale(1_000), sale(1_097, false)])]);
  expect(figure).toMatchObject({ measured: '1000', control: '1097 without the condition', holds: true });
});

test('what does not hold is said, once', () => {
  const sections = [told('flash-sale', [sale(1_000), sale(1_001)])];
  expect(figuresText(sections)).toContain('**no**');
  expect(brokenOf(sections)).toHaveLength(1);
  expect(brokenOf([{ ...told('throughput', loads(99)), broken: ['99 orders a second'] }])).toEqual([
    '99 orders a second',
  ]);
});

test('what was not run is left out, and said', () => {
  expect(figuresText([told('flash-sale', [sale(1_000)])])).toMatch(/Not run.*: cost, bundles, throughput, peer\./);
});

test("another product's figures are a control, where they were measured", () => {
  const load = { atOnce: 8, settledPerSecond: 12, lastCall: { p50Ms: 500, p99Ms: 700 } };
  const peer = told('peer', { vendure: { loads: [load] } });
  const controls = (all: readonly Told[]) => figuresOf(all).map(({ control }) => control);
  expect(controls([told('throughput', loads(120)), peer])).toEqual(['12.0, Vendure', "700 ms, Vendure's last call"]);
  expect(controls([told('throughput', loads(120))])).toEqual(['not measured', 'not measured']);
});
