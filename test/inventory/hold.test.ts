import { describe, expect, it } from 'vitest';
import { matchesRequest } from '#inventory/domain/adjustment';
import { commitHold, heldQuantities, holdTombstone, openHold, releaseHold } from '#inventory/domain/hold';
import { emptySummary, nextVersion, withAvailability } from '#inventory/domain/sku-summary';
import { headOf, mug, orderId, pot, tenantId } from './fixtures/stock.ts';

const of = { tenantId, orderId };
const draws = [
  { sku: mug, shard: 0, quantity: 2 },
  { sku: mug, shard: 1, quantity: 3 },
  { sku: pot, shard: 0, quantity: 1 },
];
const held = openHold(of, draws);
const committed = { ...held, state: 'committed' as const, version: 2 };
const released = { ...held, state: 'released' as const, version: 2 };

describe('a hold', () => {
  it('is open until it is committed or released, and keeps what it has drawn', () => {
    expect(held).toEqual({ ...of, state: 'open', allocations: draws, version: 1 });
    expect(commitHold(held)).toEqual({ ok: true, value: committed });
    expect(releaseHold(held)).toEqual({ ok: true, value: released });
  });

  it('is neither released once committed nor committed once released', () => {
    expect(releaseHold(committed)).toEqual({ ok: false, error: 'committed' });
    expect(commitHold(released)).toEqual({ ok: false, error: 'released' });
    expect(commitHold(holdTombstone(of))).toEqual({ ok: false, error: 'released' });
  });

  it('changes nothing when the same is asked again', () => {
    expect(commitHold(committed)).toEqual({ ok: true, value: committed });
    const again = releaseHold(released);
    expect(again.ok && again.value).toBe(released);
  });

  it('keeps from others what it has drawn while it is open, per SKU', () => {
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
    expect(holdTombstone(of)).toEqual({ ...of, state: 'released', allocations: [], version: 1 });
  });
});

describe('a head', () => {
  it('begins with nothing in one shard, which is no news', () => {
    expect(emptySummary(tenantId, mug)).toEqual(headOf(mug, { depleted: true, version: 0 }));
    expect(nextVersion(headOf(mug))).toEqual(headOf(mug, { version: 2 }));
  });

  it('changes when stock runs out or comes back, and else stays itself', () => {
    const [full, empty] = [headOf(mug), headOf(mug, { depleted: true })];
    expect(withAvailability(full, 0)).toEqual(headOf(mug, { depleted: true, version: 2 }));
    expect(withAvailability(empty, 1)).toEqual(headOf(mug, { version: 2 }));
    expect(withAvailability(full, 1)).toBe(full);
    expect(withAvailability(empty, 0)).toBe(empty);
  });
});

describe('an adjustment', () => {
  const asked = { tenantId, id: 'a1', sku: mug, delta: 5, reason: 'received' };
  it('is met by its own repeat and by no other', () => {
    expect(matchesRequest(asked, { ...asked })).toEqual({ ok: true, value: asked });
    for (const other of [{ sku: pot }, { delta: 6 }, { reason: 'found' }])
      expect(matchesRequest(asked, { ...asked, ...other })).toEqual({ ok: false, error: 'key_reused' });
  });
});
