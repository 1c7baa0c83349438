import { describe, expect, it } from 'vitest';
import { commitHold, heldQuantities, holdTombstone, openHold, releaseHold } from '#inventory/domain/hold';
import { emptySummary, nextVersion, withAvailability } from '#inventory/domain/sku-summary';
import { mug, orderId, pot, summaryOf, tenantId } from '../fixtures/stock.ts';

const ids = { tenantId, orderId };
const allocations = [
  { sku: mug, shard: 0, quantity: 2 },
  { sku: mug, shard: 1, quantity: 3 },
  { sku: pot, shard: 0, quantity: 1 },
];
const held = openHold(ids, allocations);
const committed = { ...held, state: 'committed' as const, version: 2 };
const released = { ...held, state: 'released' as const, version: 2 };

describe('a hold', () => {
  it('is open until it is committed or released, and keeps its allocations', () => {
    expect(held).toEqual({ ...ids, state: 'open', allocations, version: 1 });
    expect(commitHold(held)).toEqual({ ok: true, value: committed });
    expect(releaseHold(held)).toEqual({ ok: true, value: released });
  });

  it('is neither released once committed nor committed once released', () => {
    expect(releaseHold(committed)).toEqual({ ok: false, error: 'committed' });
    expect(commitHold(released)).toEqual({ ok: false, error: 'released' });
    expect(commitHold(holdTombstone(ids))).toEqual({ ok: false, error: 'released' });
  });

  it('is unchanged by a repeat', () => {
    expect(commitHold(committed)).toEqual({ ok: true, value: committed });
    const again = releaseHold(released);
    expect(again.ok && again.value).toBe(released);
  });

  it('keeps its quantity of each SKU while it is open', () => {
    expect(heldQuantities(held)).toEqual(
      new Map([
        [mug, 5],
        [pot, 1],
      ]),
    );
    expect(heldQuantities(committed)).toEqual(new Map());
    expect(heldQuantities(released)).toEqual(new Map());
  });

  it('has a tombstone that holds nothing', () => {
    expect(holdTombstone(ids)).toEqual({ ...ids, state: 'released', allocations: [], version: 1 });
  });
});

describe('a summary', () => {
  it('starts without stock, in one shard, already depleted', () => {
    expect(emptySummary(tenantId, mug)).toEqual(summaryOf(mug, { depleted: true, version: 0 }));
    expect(nextVersion(summaryOf(mug))).toEqual(summaryOf(mug, { version: 2 }));
  });

  it('changes when stock runs out or comes back, and is unchanged otherwise', () => {
    const [inStock, depleted] = [summaryOf(mug), summaryOf(mug, { depleted: true })];
    expect(withAvailability(inStock, 0)).toEqual(summaryOf(mug, { depleted: true, version: 2 }));
    expect(withAvailability(depleted, 1)).toEqual(summaryOf(mug, { version: 2 }));
    expect(withAvailability(inStock, 1)).toBe(inStock);
    expect(withAvailability(depleted, 0)).toBe(depleted);
  });
});
