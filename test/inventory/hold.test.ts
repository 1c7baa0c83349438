import { describe, expect, it } from 'vitest';
import { meet } from '#inventory/domain/adjustment';
import { counted, touched, unstocked } from '#inventory/domain/head';
import { commit, heldBy, open, release, tombstone } from '#inventory/domain/hold';
import { headOf, mug, orderId, pot, tenantId } from './fixtures/stock.ts';

const of = { tenantId, orderId };
const draws = [
  { sku: mug, shard: 0, quantity: 2 },
  { sku: mug, shard: 1, quantity: 3 },
  { sku: pot, shard: 0, quantity: 1 },
];
const held = open(of, draws);
const committed = { ...held, state: 'committed' as const, version: 2 };
const released = { ...held, state: 'released' as const, version: 2 };

describe('a hold', () => {
  it('is open until it is committed or released, and keeps what it has drawn', () => {
    expect(held).toEqual({ ...of, state: 'open', draws, version: 1 });
    expect(commit(held)).toEqual({ ok: true, value: committed });
    expect(release(held)).toEqual({ ok: true, value: released });
  });

  it('is neither released once committed nor committed once released', () => {
    expect(release(committed)).toEqual({ ok: false, error: 'committed' });
    expect(commit(released)).toEqual({ ok: false, error: 'released' });
    expect(commit(tombstone(of))).toEqual({ ok: false, error: 'released' });
  });

  it('changes nothing when the same is asked again', () => {
    expect(commit(committed)).toEqual({ ok: true, value: committed });
    const again = release(released);
    expect(again.ok && again.value).toBe(released);
  });

  it('keeps from others what it has drawn while it is open, per SKU', () => {
    expect(heldBy(held)).toEqual(
      new Map([
        [mug, 5],
        [pot, 1],
      ]),
    );
    expect(heldBy(committed)).toEqual(new Map());
    expect(heldBy(released)).toEqual(new Map());
  });

  it('has a tombstone that holds nothing', () => {
    expect(tombstone(of)).toEqual({ ...of, state: 'released', draws: [], version: 1 });
  });
});

describe('a head', () => {
  it('begins with nothing in one shard, which is no news', () => {
    expect(unstocked(tenantId, mug)).toEqual(headOf(mug, { depleted: true, version: 0 }));
    expect(touched(headOf(mug))).toEqual(headOf(mug, { version: 2 }));
  });

  it('changes when stock runs out or comes back, and else stays itself', () => {
    const [full, empty] = [headOf(mug), headOf(mug, { depleted: true })];
    expect(counted(full, 0)).toEqual(headOf(mug, { depleted: true, version: 2 }));
    expect(counted(empty, 1)).toEqual(headOf(mug, { version: 2 }));
    expect(counted(full, 1)).toBe(full);
    expect(counted(empty, 0)).toBe(empty);
  });
});

describe('an adjustment', () => {
  const asked = { tenantId, id: 'a1', sku: mug, delta: 5, reason: 'received' };
  it('is met by its own repeat and by no other', () => {
    expect(meet(asked, { ...asked })).toEqual({ ok: true, value: asked });
    for (const other of [{ sku: pot }, { delta: 6 }, { reason: 'found' }])
      expect(meet(asked, { ...asked, ...other })).toEqual({ ok: false, error: 'key_reused' });
  });
});
