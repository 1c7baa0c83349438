import { describe, expect, it } from 'vitest';
import { tally } from './load.ts';
import { peerSection } from './peer.section.ts';
import type { Peer } from './peer.ts';
import { BUYERS, race, UNITS } from './race.ts';
import type { Side } from './side.ts';
import { Refusal, walk } from './walk.ts';

/** A server that looks at its stock, pauses, and takes a unit only then, as long as the account says that there is one. */
const hasty = (units: number): Side => {
  let taken = 0;
  const order = () =>
    walk(async (lastCall) => {
      if (taken >= units) throw new Refusal('no stock');
      await lastCall(Promise.resolve());
      taken = Math.min(units, taken + 1);
    });
  return { pid: 0, order, taken: async () => taken, stop: async () => undefined };
};

const measured = (sold: number): Peer => {
  const one = { sold, taken: UNITS, refused: BUYERS - sold, failed: 0, why: {} };
  return { vendure: { loads: [], races: [one] }, breakwater: { loads: [], races: [one] } };
};

describe('an order beside another system', () => {
  it('tells an answer that refuses from a server that fails', async () => {
    const refused = await walk(() => Promise.reject(new Refusal('INSUFFICIENT_STOCK_ERROR')));
    const failed = await walk(() => Promise.reject(new Error('fetch failed', { cause: new Error('reset') })));
    expect([refused, failed, await walk(async () => undefined)]).toMatchObject([
      { as: 'refused', why: 'INSUFFICIENT_STOCK_ERROR' },
      { as: 'failed', why: 'fetch failed: reset' },
      { as: 'settled' },
    ]);
    expect(tally([refused, refused, failed])).toEqual({ INSUFFICIENT_STOCK_ERROR: 2, 'fetch failed: reset': 1 });
  });

  it('sees an oversale that the account of stock hides', async () => {
    expect(await race(hasty(UNITS), 'mug')).toMatchObject({ sold: BUYERS, taken: UNITS, refused: 0, failed: 0 });
  });

  it('breaks on a unit too many or too few of Breakwater, whatever the other sold', () => {
    expect(peerSection.broken(measured(UNITS))).toEqual([]);
    expect(peerSection.broken({ ...measured(UNITS), vendure: measured(59).vendure })).toEqual([]);
    expect(peerSection.broken(measured(UNITS + 1))).toHaveLength(1);
    expect(peerSection.broken(measured(UNITS - 1))).toHaveLength(1);
  });
});
