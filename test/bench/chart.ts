import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

const WIDTH = 480;
/** So many bars are drawn narrower. */
const MANY = 12;

export type Bar = { readonly name: string; readonly part?: string; readonly value: number };
export type Line = {
  readonly name: string;
  /** Lines of the same unit are drawn over each other, others below. */
  readonly unit: string;
  readonly points: readonly (readonly [x: number, y: number])[];
};

const svg = (spec: TopLevelSpec): Promise<string> => new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();

/** Bars beside each other, in parts where they have any, in the order in which they are given, as SVG. */
export const barChart = async (title: string, unit: string, bars: readonly Bar[]): Promise<string> => {
  const parts = [...new Set(bars.map(({ part }) => part))];
  const many = new Set(bars.map(({ name }) => name)).size > MANY;
  return svg({
    ...{ title, width: WIDTH, height: { step: many ? 18 : 26 }, background: 'white' },
    data: { values: bars.map((bar) => ({ ...bar, nth: parts.indexOf(bar.part) })) },
    mark: 'bar',
    encoding: {
      y: { field: 'name', type: 'nominal', sort: null, title: null, axis: { labelLimit: 320 } },
      x: { field: 'value', type: 'quantitative', title: unit, aggregate: 'sum' },
      ...(parts.length > 1 && {
        color: { field: 'part', type: 'nominal', sort: null, title: null },
        order: { field: 'nth', type: 'quantitative' },
      }),
    },
  });
};

/** Lines over a common x, a panel for each unit, as SVG. */
export const lineChart = async (title: string, x: string, lines: readonly Line[]): Promise<string> => {
  const units = [...new Set(lines.map(({ unit }) => unit))];
  const longest = Math.max(...lines.flatMap(({ points }) => points.map(([at]) => at)));
  return svg({
    ...{ title, background: 'white' },
    resolve: { scale: { color: 'independent' } },
    vconcat: units.map((unit, nth) => ({
      ...{ width: WIDTH, height: 150 },
      data: {
        values: lines
          .filter((line) => line.unit === unit)
          .flatMap(({ name, points }) => points.map(([x, y]) => ({ name, x, y }))),
      },
      mark: { type: 'line', strokeWidth: 2 },
      encoding: {
        x: {
          ...{ field: 'x', type: 'quantitative', title: nth === units.length - 1 ? x : null },
          scale: { domain: [0, longest], nice: false },
        },
        y: { field: 'y', type: 'quantitative', title: unit },
        color: {
          ...{ field: 'name', type: 'nominal', sort: null, title: null, legend: { symbolStrokeWidth: 3 } },
          scale: { scheme: nth === 0 ? 'category10' : 'dark2' },
        },
      },
    })),
  });
};
