import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

export type Bar = { readonly name: string; readonly part?: string; readonly value: number };

const MANY = 12;

/** Bars beside each other, in parts where they have any, in the order in which they are given, as SVG. */
export const barChart = async (title: string, unit: string, bars: readonly Bar[]): Promise<string> => {
  const parts = [...new Set(bars.map(({ part }) => part))];
  const many = new Set(bars.map(({ name }) => name)).size > MANY;
  const spec: TopLevelSpec = {
    ...{ title, width: 480, height: { step: many ? 18 : 26 }, background: 'white' },
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
  };
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
};
