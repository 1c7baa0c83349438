import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addMs, type TenantId } from '#platform/kernel';
import {
  addKey,
  emptyKeyRing,
  type KeyRing,
  keyStatus,
  type LookupChange,
  lookupChanges,
  MAX_ACTIVE_KEYS,
  revokeKey,
} from '#tenants/domain/key-ring';

const START = '2026-11-01T00:00:00.000Z';
const DAY_MS = 24 * 60 * 60_000;
const empty = emptyKeyRing('acme' as TenantId);

const newKey = (id: string, createdAt = START) => ({ id, name: `key ${id}`, digest: `digest of ${id}`, createdAt });
const add = (ring: KeyRing, id: string, { at = START, replaces = undefined as string | undefined, minutes = 0 } = {}) =>
  addKey(ring, newKey(id, at), replaces === undefined ? undefined : { id: replaces, overlapMinutes: minutes });
const mustAdd = (...args: Parameters<typeof add>): KeyRing => {
  const added = add(...args);
  if (!added.ok) throw new Error(added.error);
  return added.value.ring;
};
const statuses = ({ keys }: KeyRing, at: string) => Object.fromEntries(keys.map((key) => [key.id, keyStatus(key, at)]));

/** What a client does with the keys of one tenant, with the time that passes before it. */
const step = fc.record({
  afterMs: fc.constantFrom(0, 1, 60_000, 15 * 60_000, DAY_MS, 91 * DAY_MS),
  act: fc.constantFrom('add', 'replace', 'revoke'),
  target: fc.nat({ max: 30 }),
  minutes: fc.constantFrom(0, 15, 1_440),
});

it('lets a key work exactly while its record is active, and no other key', () =>
  // Red when `lookupChanges` leaves the item of a revoked or removed key, or a replacement does not expire the old key.
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let [ring, at] = [empty, START];
      /** When the item by which each key is found expires: what authentication knows. */
      const lookups = new Map<string, string | undefined>();
      const ends = new Map<string, string>();
      steps.forEach(({ afterMs, act, target, minutes }, n) => {
        at = addMs(at, afterMs);
        const id = `${target % Math.max(1, n)}`;
        const changed =
          act === 'revoke'
            ? revokeKey(ring, id, at)
            : add(ring, `${n}`, act === 'replace' ? { at, replaces: id, minutes } : { at });
        if (!changed.ok || changed.value.ring === ring) return;
        for (const { kind, key } of lookupChanges(ring, changed.value.ring)) {
          expect(lookups.has(key.digest)).toBe(kind !== 'add');
          if (kind === 'remove') lookups.delete(key.digest);
          else lookups.set(key.digest, key.expiresAt);
        }
        expect(changed.value.ring.version).toBe(ring.version + 1);
        ring = changed.value.ring;
        for (const key of ring.keys) {
          const until = lookups.get(key.digest);
          const works = lookups.has(key.digest) && (until === undefined || until > at);
          expect(works).toBe(keyStatus(key, at) === 'active');
          // a key that has ended stays ended, and an end never moves to a later time
          const [end] = [key.revokedAt, key.expiresAt].filter((time) => time !== undefined).sort();
          const before = ends.get(key.id);
          if (before !== undefined) expect(end !== undefined && end <= before).toBe(true);
          if (end !== undefined) ends.set(key.id, end);
        }
        expect(lookups.size).toBe(ring.keys.filter(({ revokedAt }) => revokedAt === undefined).length);
        expect(Object.values(statuses(ring, at)).filter((status) => status === 'active').length).toBeLessThanOrEqual(
          MAX_ACTIVE_KEYS,
        );
      });
    }),
  ));

it('keeps the replaced key for the overlap and not longer than it would have lived', () => {
  const ring = mustAdd(mustAdd(empty, 'a'), 'b', { replaces: 'a', minutes: 15 });
  const justBefore = addMs(START, 15 * 60_000 - 1);
  expect(statuses(ring, justBefore)).toEqual({ a: 'active', b: 'active' });
  expect(statuses(ring, addMs(START, 15 * 60_000))).toEqual({ a: 'expired', b: 'active' });
  const again = mustAdd(ring, 'c', { at: justBefore, replaces: 'a', minutes: 1_440 });
  expect(again.keys[0]?.expiresAt).toBe(addMs(START, 15 * 60_000));
  const sooner = mustAdd(mustAdd(mustAdd(empty, 'a'), 'b', { replaces: 'a', minutes: 1_440 }), 'c', {
    replaces: 'a',
    minutes: 15,
  });
  expect(sooner.keys[0]?.expiresAt).toBe(addMs(START, 15 * 60_000));
  const atOnce = mustAdd(ring, 'c', { replaces: 'a', minutes: 0 });
  expect(statuses(atOnce, START)).toEqual({ a: 'revoked', b: 'active', c: 'active' });
});

it('replaces only an active key of this tenant', () => {
  const ring = mustAdd(mustAdd(empty, 'a'), 'b', { replaces: 'a', minutes: 0 });
  expect(add(ring, 'c', { replaces: 'nothing' })).toEqual({ ok: false, error: 'unknown_key' });
  expect(add(ring, 'c', { replaces: 'a', minutes: 15 })).toEqual({ ok: false, error: 'key_ended' });
});

it('revokes once, also a key that has expired, and knows no other id', () => {
  const ring = mustAdd(mustAdd(empty, 'a'), 'b', { replaces: 'a', minutes: 15 });
  const later = addMs(START, DAY_MS);
  const revoked = revokeKey(ring, 'a', later);
  const keys = [{ id: 'a', revokedAt: later }, { id: 'b' }];
  expect(revoked).toMatchObject({ ok: true, value: { ring: { keys }, key: keys[0] } });
  if (revoked.ok) expect(revokeKey(revoked.value.ring, 'a', addMs(later, 1))).toEqual(revoked);
  expect(revokeKey(ring, 'c', START)).toEqual({ ok: false, error: 'key_not_found' });
});

it('forgets a key that is revoked after it expired 90 days after it expired', () => {
  const ring = mustAdd(mustAdd(empty, 'a'), 'b', { replaces: 'a', minutes: 15 });
  const revoked = revokeKey(ring, 'a', addMs(START, 89 * DAY_MS));
  if (!revoked.ok) throw new Error(revoked.error);
  expect(revoked.value.ring.keys.map(({ id }) => id)).toEqual(['a', 'b']);
  const later = mustAdd(revoked.value.ring, 'c', { at: addMs(START, 91 * DAY_MS) });
  expect(later.keys.map(({ id }) => id)).toEqual(['b', 'c']);
});

it('forgets ended keys after 90 days, and all but the latest 60', () => {
  let ring = mustAdd(empty, '0');
  for (let n = 1; n <= 100; n += 1)
    ring = mustAdd(ring, `${n}`, { at: addMs(START, n * 60_000), replaces: `${n - 1}`, minutes: 15 });
  const at = addMs(START, 200 * 60_000);
  const full = mustAdd(ring, 'next', { at });
  expect(full.keys.map(({ id }) => id)).toEqual([...Array.from({ length: 61 }, (_, n) => `${n + 40}`), 'next']);
  // the item of each forgotten key is removed with it
  const removed = lookupChanges(ring, full).filter(({ kind }: LookupChange) => kind === 'remove');
  expect(removed.length).toBe(ring.keys.length + 1 - full.keys.length);
  const late = mustAdd(full, 'late', { at: addMs(at, 90 * DAY_MS) });
  expect(late.keys.map(({ id }) => id)).toEqual(['100', 'next', 'late']);
});
