import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

export type Bar = { readonly name: string; readonly part?: string; readonly value: number };

/** Bars beside each other, in parts where they have any, as SVG. */
export const barChart = async (title: string, unit: string, values: readonly Bar[]): Promise<string> => {
  const spec: TopLevelSpec = {
    ...{ title, width: 480, height: { step: 26 }, background: 'white' },
    data: { values: [...values] },
    mark: 'bar',
    encoding: {
      y: { field: 'name', type: 'nominal', sort: null, title: null },
      x: { field: 'value', type: 'quantitative', title: unit, aggregate: 'sum' },
      ...(values.some(({ part }) => part) && { color: { field: 'part', type: 'nominal', sort: null, title: null } }),
    },
  };
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
};
