import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

const WIDTH = 480;
/** Charts with more bars than this draw them narrower. */
const NARROW_BARS_FROM = 12;

export type Bar = { readonly name: string; readonly part?: string; readonly value: number };
export type Line = {
  readonly name: string;
  /** Lines of one unit share a panel; each unit has its own. */
  readonly unit: string;
  readonly points: readonly (readonly [x: number, y: number])[];
};

const svg = (spec: TopLevelSpec): Promise<string> => new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();

/** SVG of bars in the given order, stacked if they have parts. */
export const barChart = async (title: string, unit: string, bars: readonly Bar[]): Promise<string> => {
  const parts = [...new Set(bars.map(({ part }) => part))];
  const isNarrow = new Set(bars.map(({ name }) => name)).size > NARROW_BARS_FROM;
  return svg({
    ...{ title, width: WIDTH, height: { step: isNarrow ? 18 : 26 }, background: 'white' },
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

/** SVG of bars side by side, one for each part of a name, on a logarithmic scale: for values of different magnitudes. */
export const groupedBarChart = async (title: string, unit: string, bars: readonly Bar[]): Promise<string> =>
  svg({
    ...{ title, width: WIDTH, height: { step: 13 }, background: 'white' },
    data: { values: bars.map((bar) => ({ ...bar, value: Math.max(1, bar.value) })) },
    mark: 'bar',
    encoding: {
      y: { field: 'name', type: 'nominal', sort: null, title: null, axis: { labelLimit: 320 } },
      yOffset: { field: 'part', type: 'nominal', sort: null },
      x: { field: 'value', type: 'quantitative', title: unit, scale: { type: 'log', domainMin: 1 } },
      x2: { datum: 1 },
      color: { field: 'part', type: 'nominal', sort: null, title: null },
    },
  });

/** SVG of lines over a common x, with one panel for each unit. */
export const lineChart = async (title: string, x: string, lines: readonly Line[]): Promise<string> => {
  const units = [...new Set(lines.map(({ unit }) => unit))];
  const maxX = Math.max(...lines.flatMap(({ points }) => points.map(([value]) => value)));
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
          scale: { domain: [0, maxX], nice: false },
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
