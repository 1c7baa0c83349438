import { describe, expect, it } from 'vitest';
import type { Comparison } from './comparison.ts';
import { competitorSection } from './competitor.section.ts';
import { countReasons } from './load.ts';
import { BUYERS, runRace, UNITS } from './race.ts';
import type { System } from './system.ts';
import { Refusal, timeOrder } from './timed-order.ts';

/** A server that checks its stock, waits, and only then takes a unit, while its stock record never counts more than there were. */
const createOversellingSystem = (units: number): System => {
  let recorded = 0;
  const placeOrder = () =>
    timeOrder(async (timeLastCall) => {
      if (recorded >= units) throw new Refusal('no stock');
      await timeLastCall(Promise.resolve());
      recorded = Math.min(units, recorded + 1);
    });
  return { pid: 0, placeOrder, getSoldUnits: async () => recorded, stop: async () => undefined };
};

const createComparison = (sold: number): Comparison => {
  const race = { sold, recorded: UNITS, refused: BUYERS - sold, failed: 0, reasons: {} };
  return { vendure: { loads: [], races: [race] }, breakwater: { loads: [], races: [race] } };
};

describe('an order in another system', () => {
  it('distinguishes a refusal from a failure of the server', async () => {
    const refused = await timeOrder(() => Promise.reject(new Refusal('INSUFFICIENT_STOCK_ERROR')));
    const failed = await timeOrder(() => Promise.reject(new Error('fetch failed', { cause: new Error('reset') })));
    expect([refused, failed, await timeOrder(async () => undefined)]).toMatchObject([
      { kind: 'refused', reason: 'INSUFFICIENT_STOCK_ERROR' },
      { kind: 'failed', reason: 'fetch failed: reset' },
      { kind: 'paid' },
    ]);
    expect(countReasons([refused, refused, failed])).toEqual({
      INSUFFICIENT_STOCK_ERROR: 2,
      'fetch failed: reset': 1,
    });
  });

  it('detects an oversale that the stock records hide', async () => {
    const race = await runRace(createOversellingSystem(UNITS), 'mug');
    expect(race).toMatchObject({ sold: BUYERS, recorded: UNITS, refused: 0, failed: 0 });
  });

  it('breaks the budget if Breakwater sells one unit too many or too few, whatever the competitor sells', () => {
    expect(competitorSection.brokenBudgets(createComparison(UNITS))).toEqual([]);
    const oversold = { ...createComparison(UNITS), vendure: createComparison(59).vendure };
    expect(competitorSection.brokenBudgets(oversold)).toEqual([]);
    expect(competitorSection.brokenBudgets(createComparison(UNITS + 1))).toHaveLength(1);
    expect(competitorSection.brokenBudgets(createComparison(UNITS - 1))).toHaveLength(1);
  });
});
