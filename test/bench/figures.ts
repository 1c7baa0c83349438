import { readFileSync } from 'node:fs';
import { contexts } from '#contexts';
import { budgets } from './budgets.ts';
import { bundlesSection } from './bundles/bundles.section.ts';
import { costSection } from './cost/cost.section.ts';
import { sumOf } from './cost/meter.ts';
import { prices } from './cost/prices.ts';
import { flashSaleSection } from './flash-sale/flash-sale.section.ts';
import { UNITS } from './flash-sale/flash-sale.ts';
import { peerSection } from './peer/peer.section.ts';
import type { Section, Told } from './section.ts';
import { table } from './table.ts';
import { throughputSection } from './throughput/throughput.section.ts';

/** One figure that is held: what was measured, and its control in the same run, in words. */
export type Figure = {
  readonly figure: string;
  readonly section: string;
  readonly measured: string;
  readonly control: string;
  readonly budget: string;
  readonly holds: boolean;
};

/** The customer's mail is no part of the order's way. */
const MAIL = 'notifications-deliver';
/** Of the order: a read of its prices, and its write. */
const LEAST_CALLS = 2;
const AT_ONCE = 8;

const measuredBy = <T>(all: readonly Told[], { name }: Section<T>): T | undefined =>
  all.find((one) => one.name === name)?.measured as T | undefined;

/** The fewest transitions that the definitions allow: one for the start and one for each state on the way to the end. */
const leastTransitions = (workflow: string): number => {
  const spec = contexts.flatMap(({ workflows = {} }) => Object.entries(workflows)).find(([id]) => id === workflow);
  const { StartAt, States } = JSON.parse(readFileSync(spec?.[1].definition ?? '', 'utf8')) as {
    readonly StartAt: string;
    readonly States: Readonly<Record<string, { readonly Next?: string }>>;
  };
  let count = 1;
  for (let at: string | undefined = StartAt; at !== undefined; at = States[at]?.Next) count += 1;
  return count;
};

const ofCost = (all: readonly Told[]): readonly Figure[] => {
  const costs = measuredBy(all, costSection);
  const confirmed = costs?.find(({ path }) => path === 'confirmed');
  if (!costs || !confirmed) return [];
  const [on, back] = [leastTransitions('fulfil-order'), leastTransitions('unwind-order')];
  const [happy = 0] = confirmed.executions;
  const worst = Math.max(...costs.map(({ executions: [first = 0, second = 0] }) => first + second));
  const mail = confirmed.byFunction[MAIL]?.writeUnits ?? 0;
  const units = confirmed.counts['write units'] - mail;
  const bare = units - confirmed.indexUnits;
  const calls = confirmed.byFunction['orders-write']?.calls ?? 0;
  const cost = sumOf(confirmed.usd);
  const least = on * prices['state transitions'] + bare * prices['write units'];
  const section = costSection.name;
  return [
    {
      ...{ figure: 'state transitions of an order, happy / worst unwind', section },
      ...{ measured: `${happy} / ${worst}`, control: `${on} / ${on + back}, the least that the definitions allow` },
      budget: `${budgets.happyTransitions} / ${budgets.worstTransitions}`,
      holds: happy <= budgets.happyTransitions && worst <= budgets.worstTransitions,
    },
    {
      ...{ figure: 'write units of an order to confirmed, 3 lines', section },
      ...{ measured: `${units}`, control: `${bare} without index writes`, budget: `${budgets.writeUnits}` },
      holds: units <= budgets.writeUnits,
    },
    {
      ...{ figure: 'calls of the table in POST /v1/orders', section },
      ...{ measured: `${calls}`, control: `${LEAST_CALLS}`, budget: `${budgets.callsOfPlacing}` },
      holds: calls <= budgets.callsOfPlacing,
    },
    {
      ...{ figure: 'a million orders', section, measured: `$${cost.toFixed(2)}` },
      ...{
        control: `$${least.toFixed(2)}, those transitions and write units alone`,
        budget: `$${budgets.costOfAMillion}`,
      },
      holds: cost <= budgets.costOfAMillion,
    },
  ];
};

const ofBundles = (all: readonly Told[]): readonly Figure[] => {
  const measured = measuredBy(all, bundlesSection);
  const control = measured?.find(({ isFunction }) => !isFunction);
  if (!measured || !control) return [];
  const held = measured.filter(({ isFunction, hasTable }) => isFunction && hasTable);
  const most = (of: 'kb' | 'initRatio') => held.toSorted((a, b) => b[of] - a[of])[0] ?? control;
  const [largest, slowest] = [most('kb'), most('initRatio')];
  const section = bundlesSection.name;
  return [
    {
      ...{ figure: 'largest bundle of a function with the table', section },
      ...{ measured: `${largest.kb.toFixed(0)} KB, ${largest.name}`, control: `${control.kb.toFixed(0)} KB` },
      ...{ budget: `${budgets.bundleKb} KB`, holds: largest.kb <= budgets.bundleKb },
    },
    {
      ...{ figure: 'slowest init of one / of its control', section },
      ...{ measured: `${slowest.initRatio.toFixed(2)}, ${slowest.name}`, control: control.initRatio.toFixed(2) },
      ...{ budget: `${budgets.initRatio}`, holds: slowest.initRatio <= budgets.initRatio },
    },
  ];
};

const ofThroughput = (all: readonly Told[]): readonly Figure[] => {
  const own = measuredBy(all, throughputSection)?.find(({ atOnce }) => atOnce === AT_ONCE);
  if (!own) return [];
  const peer = measuredBy(all, peerSection)?.vendure.loads.find(({ atOnce }) => atOnce === AT_ONCE);
  const section = throughputSection.name;
  const control = peer
    ? {
        perSecond: `${peer.settledPerSecond.toFixed(1)}, Vendure`,
        p99: `${peer.lastCall.p99Ms.toFixed(0)} ms, Vendure's last call`,
      }
    : { perSecond: 'not measured', p99: 'not measured' };
  return [
    {
      ...{ figure: `orders confirmed a second over HTTP, ${AT_ONCE} at once`, section },
      ...{ measured: own.confirmedPerSecond.toFixed(0), control: control.perSecond },
      ...{ budget: `${budgets.ordersPerSecond}`, holds: own.confirmedPerSecond >= budgets.ordersPerSecond },
    },
    {
      ...{ figure: `p99 of POST /v1/orders, ${AT_ONCE} at once`, section },
      ...{ measured: `${own.p99Ms.toFixed(0)} ms`, control: control.p99 },
      ...{ budget: `${budgets.p99Ms} ms`, holds: own.p99Ms <= budgets.p99Ms },
    },
  ];
};

const ofFlashSale = (all: readonly Told[]): readonly Figure[] => {
  const sales = measuredBy(all, flashSaleSection);
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

/** The figures that are held, as far as the sections that measure them were run. */
export const figuresOf = (all: readonly Told[]): readonly Figure[] =>
  [ofCost, ofBundles, ofThroughput, ofFlashSale].flatMap((of) => of(all));

/** The same in Markdown. What was not run is said. */
export const figuresText = (all: readonly Told[]): string => {
  const sections = [costSection, bundlesSection, throughputSection, flashSaleSection, peerSection].map(
    ({ name }) => name,
  );
  const absent = sections.filter((name) => !all.some((told) => told.name === name));
  const figures = table(
    ['figure', 'measured', 'control, in the same run', 'budget', 'holds'],
    figuresOf(all).map(({ figure, measured, control, budget, holds }) => [
      ...[figure, measured, control, budget, holds ? 'yes' : '**no**'],
    ]),
  );
  return absent.length === 0
    ? figures
    : `${figures}\n\nNot run, so that their figures are not here: ${absent.join(', ')}.`;
};
