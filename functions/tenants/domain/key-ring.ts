import { addMs, err, type Instant, ok, type Result, type TenantId } from '#platform/kernel';

/** A key that a tenant has or had. It contains the key's digest, never the key. */
export type KeyRecord = {
  readonly id: string;
  readonly name: string;
  readonly digest: string;
  readonly createdAt: Instant;
  /** Tells a repeat of the request that made the key from another request under the same idempotency key. */
  readonly requestDigest?: string | undefined;
  readonly expiresAt?: Instant | undefined;
  readonly revokedAt?: Instant | undefined;
  /** At most an hour before the last use. */
  readonly lastUsedAt?: Instant | undefined;
};

/** All keys of a tenant, oldest first: active ones, and ended ones for some time. */
export type KeyRing = {
  readonly tenantId: TenantId;
  readonly keys: readonly KeyRecord[];
  /** 0 for a ring that is not stored yet. */
  readonly version: number;
};

/** Which key a new one replaces, and for how long the old one remains valid. */
export type Replacement = { readonly id: string; readonly overlapMinutes: number };

export const MAX_ACTIVE_KEYS = 20;
/**
 * An ended key is listed, and its idempotency key is remembered, for this long, but only while it is among the `MAX_ENDED_KEYS` keys that
 * ended last. The next change of the ring removes it.
 */
const ENDED_KEY_RETENTION_MS = 90 * 24 * 60 * 60_000;
const MAX_ENDED_KEYS = 60;
const MINUTE_MS = 60_000;

export const emptyKeyRing = (tenantId: TenantId): KeyRing => ({ tenantId, keys: [], version: 0 });

export const keyStatus = ({ revokedAt, expiresAt }: KeyRecord, at: Instant): 'active' | 'expired' | 'revoked' => {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && expiresAt <= at ? 'expired' : 'active';
};

const isActive = (key: KeyRecord, at: Instant) => keyStatus(key, at) === 'active';
/** Revoking a key that has expired does not make it end later. */
const endOf = ({ revokedAt, expiresAt }: KeyRecord): Instant =>
  [revokedAt, expiresAt].filter((time) => time !== undefined).sort()[0] as Instant;

/** The next version of the ring, without the keys that ended too long ago. */
const withKeys = (ring: KeyRing, keys: readonly KeyRecord[], at: Instant): KeyRing => {
  const oldest = addMs(at, -ENDED_KEY_RETENTION_MS);
  const ended = keys.filter((key) => !isActive(key, at) && endOf(key) > oldest);
  const kept = new Set(ended.toSorted((a, b) => Date.parse(endOf(a)) - Date.parse(endOf(b))).slice(-MAX_ENDED_KEYS));
  return { ...ring, keys: keys.filter((key) => isActive(key, at) || kept.has(key)), version: ring.version + 1 };
};

/** A replacement never extends the life of a key. */
const endAfterOverlap = (key: KeyRecord, overlapMinutes: number, at: Instant): KeyRecord => {
  if (overlapMinutes === 0) return { ...key, revokedAt: at };
  const overlapEnd = addMs(at, overlapMinutes * MINUTE_MS);
  return { ...key, expiresAt: key.expiresAt !== undefined && key.expiresAt < overlapEnd ? key.expiresAt : overlapEnd };
};

/** A ring after a change, and the key that it is about. */
export type ChangedRing = { readonly ring: KeyRing; readonly key: KeyRecord };

/** Adds a key, and ends the one that it replaces. */
export const addKey = (
  ring: KeyRing,
  key: KeyRecord,
  replaces: Replacement | undefined,
): Result<ChangedRing, 'unknown_key' | 'key_ended' | 'too_many_keys'> => {
  const at = key.createdAt;
  const replaced = ring.keys.find(({ id }) => id === replaces?.id);
  if (replaces && !replaced) return err('unknown_key');
  if (replaced && !isActive(replaced, at)) return err('key_ended');
  const others = ring.keys.map((other) =>
    replaces && other === replaced ? endAfterOverlap(other, replaces.overlapMinutes, at) : other,
  );
  const keys = [...others, key];
  if (keys.filter((other) => isActive(other, at)).length > MAX_ACTIVE_KEYS) return err('too_many_keys');
  return ok({ ring: withKeys(ring, keys, at), key });
};

/** Revokes a key, also the last one: a leaked key must never stay valid. The ring is unchanged if the key is already revoked. */
export const revokeKey = (ring: KeyRing, id: string, at: Instant): Result<ChangedRing, 'key_not_found'> => {
  const key = ring.keys.find((other) => other.id === id);
  if (!key) return err('key_not_found');
  if (key.revokedAt !== undefined) return ok({ ring, key });
  const revoked = { ...key, revokedAt: at };
  const keys = ring.keys.map((other) => (other === key ? revoked : other));
  return ok({ ring: withKeys(ring, keys, at), key: revoked });
};

/** What a change of the ring means for the item by which a key is found. A revoked key has none. */
export type LookupChange = { readonly kind: 'add' | 'expire' | 'remove'; readonly key: KeyRecord };

export const lookupChanges = (from: KeyRing, to: KeyRing): readonly LookupChange[] => {
  const hasLookup = ({ revokedAt }: KeyRecord) => revokedAt === undefined;
  const before = new Map(from.keys.filter(hasLookup).map((key) => [key.id, key]));
  const after = new Map(to.keys.filter(hasLookup).map((key) => [key.id, key]));
  return [
    ...[...after.values()].filter(({ id }) => !before.has(id)).map((key) => ({ kind: 'add' as const, key })),
    ...[...after.values()]
      .filter(({ id, expiresAt }) => before.has(id) && before.get(id)?.expiresAt !== expiresAt)
      .map((key) => ({ kind: 'expire' as const, key })),
    ...[...before.values()].filter(({ id }) => !after.has(id)).map((key) => ({ kind: 'remove' as const, key })),
  ];
};
