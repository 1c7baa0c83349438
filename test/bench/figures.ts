import { contexts } from '#contexts';
import { budgets as orderBudgets } from '#orders/budgets';
import type { SagaDefinition } from '#platform/saga/definition';
import { functionBudgets, hostBudgets } from './budgets.ts';
import { bundlesSection } from './bundles/bundles.section.ts';
import { competitorSection } from './competitor/competitor.section.ts';
import { contextBudgets, coreContexts, orderFlowBudgets, totalBudgets } from './context-budgets.ts';
import { costSection, type PathCost } from './cost/cost.section.ts';
import { prices } from './cost/prices.ts';
import { addCoreSpending, createSpending, priceOf, type Spending } from './cost/spending.ts';
import { flashSaleSection } from './flash-sale/flash-sale.section.ts';
import { UNITS } from './flash-sale/flash-sale.ts';
import { formatUsd, markdownTable } from './format.ts';
import type { Section, SectionReport } from './section.ts';
import { throughputSection } from './throughput/throughput.section.ts';

/** One figure with a budget: what was measured and its control in the same run, as text. */
export type Figure = {
  readonly figure: string;
  readonly section: string;
  readonly measured: string;
  readonly control: string;
  readonly budget: string;
  readonly holds: boolean;
};

/** POST /v1/orders reads the prices and writes the order. */
const MIN_TABLE_CALLS = 2;
const CONCURRENT_CUSTOMERS = 8;

const findMeasurement = <T>(reports: readonly SectionReport[], { name }: Section<T>): T | undefined =>
  reports.find((report) => report.name === name)?.measured as T | undefined;

/** The minimum of transitions that the definition allows: one for the start and one for each state on the path to the end. */
const minTransitions = (workflow: string): number => {
  const definition = contexts.flatMap(({ workflows = {} }) => workflows[workflow] ?? [])[0];
  if (!definition) throw new Error(`there is no workflow ${workflow}`);
  let count = 1;
  for (let name: string | undefined = definition.startAt; name !== undefined; count += 1) {
    const step: SagaDefinition['steps'][string] | undefined = definition.steps[name];
    name = step?.kind === 'task' ? step.next : undefined;
  }
  return count;
};

type CostFigure = {
  readonly name: string;
  readonly spending: Spending;
  readonly control: string;
  readonly budgetUsd: number;
};

const costFigures = (reports: readonly SectionReport[]): readonly Figure[] => {
  const costs = findMeasurement(reports, costSection);
  const confirmed = costs?.find(({ path }) => path === 'confirmed');
  if (!costs || !confirmed) return [];
  const section = costSection.name;
  const [forward, back] = [minTransitions('fulfil-order'), minTransitions('unwind-order')];
  const coreTransitions = ({ executions }: PathCost) =>
    executions.filter(({ context }) => coreContexts.includes(context)).map(({ transitions }) => transitions);
  const [happy = 0] = coreTransitions(confirmed);
  const worst = Math.max(...costs.map(coreTransitions).map(([first = 0, second = 0]) => first + second));
  const core = addCoreSpending(confirmed.byContext, contexts);
  const writeUnits = core['write units'];
  const baseUnits = writeUnits - core['index units'];
  const calls = confirmed.byFunction['orders-write']?.['table calls'] ?? 0;
  const baseUsd = forward * prices['state transitions'] + baseUnits * prices['write units'];
  const costFigure = ({ name, spending, control, budgetUsd }: CostFigure): Figure => ({
    ...{ figure: `a million orders, ${name}`, section, measured: `$${formatUsd(priceOf(spending))}`, control },
    ...{ budget: `$${budgetUsd}`, holds: priceOf(spending) <= budgetUsd },
  });
  const nonCore = [...contextBudgets].filter(([context]) => !coreContexts.includes(context));
  return [
    {
      ...{ figure: 'state transitions of an order, happy / worst path', section },
      ...{
        measured: `${happy} / ${worst}`,
        control: `${forward} / ${forward + back}, the minimum that the saga definitions allow`,
      },
      budget: `${orderBudgets.happyPathTransitions} / ${orderBudgets.worstPathTransitions}`,
      holds: happy <= orderBudgets.happyPathTransitions && worst <= orderBudgets.worstPathTransitions,
    },
    {
      ...{ figure: 'write units of a confirmed order, 3 lines, core contexts', section },
      ...{ measured: `${writeUnits}`, control: `${baseUnits} without index writes` },
      budget: `${orderFlowBudgets.writeUnitsPerOrder}`,
      holds: writeUnits <= orderFlowBudgets.writeUnitsPerOrder,
    },
    {
      ...{ figure: 'table calls per POST /v1/orders', section },
      ...{ measured: `${calls}`, control: `${MIN_TABLE_CALLS}`, budget: `${orderBudgets.tableCallsPerPlacement}` },
      holds: calls <= orderBudgets.tableCallsPerPlacement,
    },
    costFigure({
      name: 'core contexts',
      spending: core,
      control: `$${formatUsd(baseUsd)}, state transitions and write units only`,
      budgetUsd: orderFlowBudgets.usdPerMillionOrders,
    }),
    ...nonCore.map(([context, { usdPerMillionOrders }]) => {
      const spending = confirmed.byContext[context] ?? createSpending();
      const writesUsd = spending['write units'] * prices['write units'];
      return costFigure({
        name: context,
        spending,
        control: `$${formatUsd(writesUsd)}, write units only`,
        budgetUsd: usdPerMillionOrders,
      });
    }),
    costFigure({
      name: 'all contexts',
      spending: confirmed.counts,
      control: `$${formatUsd(baseUsd)}, state transitions and write units only`,
      budgetUsd: totalBudgets.usdPerMillionOrders,
    }),
  ];
};

const bundleFigures = (reports: readonly SectionReport[]): readonly Figure[] => {
  const measured = findMeasurement(reports, bundlesSection);
  const control = measured?.find(({ isFunction }) => !isFunction);
  if (!measured || !control) return [];
  const tableFunctions = measured.filter(({ isFunction, hasTable }) => isFunction && hasTable);
  const findMax = (key: 'kb' | 'initRatio') => tableFunctions.toSorted((a, b) => b[key] - a[key])[0] ?? control;
  const [largest, slowest] = [findMax('kb'), findMax('initRatio')];
  const section = bundlesSection.name;
  return [
    {
      ...{ figure: 'largest bundle of a function with the table', section },
      ...{ measured: `${largest.kb.toFixed(0)} KB, ${largest.name}`, control: `${control.kb.toFixed(0)} KB` },
      ...{ budget: `${functionBudgets.bundleKb} KB`, holds: largest.kb <= functionBudgets.bundleKb },
    },
    {
      ...{ figure: 'slowest init of a function with the table, relative to its control', section },
      ...{ measured: `${slowest.initRatio.toFixed(2)}, ${slowest.name}`, control: control.initRatio.toFixed(2) },
      ...{ budget: `${functionBudgets.initRatio}`, holds: slowest.initRatio <= functionBudgets.initRatio },
    },
  ];
};

const throughputFigures = (reports: readonly SectionReport[]): readonly Figure[] => {
  const breakwater = findMeasurement(reports, throughputSection)?.find(
    ({ concurrency }) => concurrency === CONCURRENT_CUSTOMERS,
  );
  if (!breakwater) return [];
  const competitor = findMeasurement(reports, competitorSection)?.vendure.loads.find(
    ({ concurrency }) => concurrency === CONCURRENT_CUSTOMERS,
  );
  const section = throughputSection.name;
  const control = competitor
    ? {
        perSecond: `${competitor.paidPerSecond.toFixed(1)}, Vendure`,
        p99: `${competitor.lastCall.p99Ms.toFixed(0)} ms, Vendure's last call`,
      }
    : { perSecond: 'not measured', p99: 'not measured' };
  return [
    {
      ...{ figure: `orders confirmed per second over HTTP, ${CONCURRENT_CUSTOMERS} concurrent customers`, section },
      ...{ measured: breakwater.confirmedPerSecond.toFixed(0), control: control.perSecond },
      ...{
        budget: `${hostBudgets.minOrdersPerSecond}`,
        holds: breakwater.confirmedPerSecond >= hostBudgets.minOrdersPerSecond,
      },
    },
    {
      ...{ figure: `p99 of POST /v1/orders, ${CONCURRENT_CUSTOMERS} concurrent customers`, section },
      ...{ measured: `${breakwater.p99Ms.toFixed(0)} ms`, control: control.p99 },
      ...{ budget: `${hostBudgets.placementP99Ms} ms`, holds: breakwater.p99Ms <= hostBudgets.placementP99Ms },
    },
  ];
};

const flashSaleFigures = (reports: readonly SectionReport[]): readonly Figure[] => {
  const sales = findMeasurement(reports, flashSaleSection);
  if (!sales) return [];
  const sold = (condition: boolean) =>
    [...new Set(sales.filter((sale) => sale.condition === condition).map((sale) => sale.sold))].join(', ');
  return [
    {
      ...{ figure: `sold of ${UNITS} units in a flash sale`, section: flashSaleSection.name },
      ...{ measured: sold(true), control: `${sold(false)} without the condition` },
      ...{ budget: `exactly ${UNITS}`, holds: sold(true) === String(UNITS) },
    },
  ];
};

/** The figures of the sections that were run. */
export const collectFigures = (reports: readonly SectionReport[]): readonly Figure[] =>
  [costFigures, bundleFigures, throughputFigures, flashSaleFigures].flatMap((figuresOf) => figuresOf(reports));

/** The figures as Markdown, with the names of the sections that were not run. */
export const renderFigures = (reports: readonly SectionReport[]): string => {
  const sections = [costSection, bundlesSection, throughputSection, flashSaleSection, competitorSection].map(
    ({ name }) => name,
  );
  const absent = sections.filter((name) => !reports.some((report) => report.name === name));
  const figures = markdownTable(
    ['figure', 'measured', 'control, in the same run', 'budget', 'within budget'],
    collectFigures(reports).map(({ figure, measured, control, budget, holds }) => [
      ...[figure, measured, control, budget, holds ? 'yes' : '**no**'],
    ]),
  );
  return absent.length === 0
    ? figures
    : `${figures}\n\nSections that were not run and whose figures are missing here: ${absent.join(', ')}.`;
};
