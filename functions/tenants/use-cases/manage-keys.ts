import {
  type Backoff,
  err,
  type Instant,
  ok,
  type Replayable,
  type Result,
  replayOf,
  type TenantId,
} from '#platform/kernel';
import {
  addKey,
  type ChangedRing,
  type KeyRecord,
  type KeyRing,
  type Replacement,
  revokeKey,
} from '#tenants/domain/key-ring';

export type KeyRings = {
  /** The tenant's keys with their last uses; undefined if there is no such tenant. */
  find(tenantId: TenantId): Promise<KeyRing | undefined>;
  /** Stores `to` and the items by which its keys are found, if the stored ring is still `from`; otherwise returns false. */
  update(from: KeyRing, to: KeyRing): Promise<boolean>;
};

export type MakeKey = Required<Pick<KeyRecord, 'id' | 'name' | 'digest'>> & {
  readonly tenantId: TenantId;
  readonly requestDigest: string;
  readonly replaces?: Replacement | undefined;
};

type Ports = { readonly rings: KeyRings; readonly now: () => Instant };

/** Reads the ring, lets `decide` change it, and stores the change. Starts again if another request has changed it in between. */
const changeRing = async <E>(
  { rings, tenantId, backoff }: { rings: KeyRings; tenantId: TenantId; backoff: Backoff },
  decide: (ring: KeyRing) => Result<ChangedRing, E>,
): Promise<Result<KeyRecord, E | 'tenant_not_found' | 'conflict'>> => {
  for (let attempt = 0; ; attempt += 1) {
    const ring = await rings.find(tenantId);
    if (!ring) return err('tenant_not_found');
    const changed = decide(ring);
    if (!changed.ok) return changed;
    if (changed.value.ring === ring || (await rings.update(ring, changed.value.ring))) return ok(changed.value.key);
    if (!(await backoff(attempt))) return err('conflict');
  }
};

/**
 * Makes a key once per id. A repeat returns the key's record in its current state. Each request generates an API key of its own. If the
 * record has the digest of this one, an earlier try of this request stored it: that is no replay, and the response shows the API key.
 */
export const makeKey =
  ({ rings, now }: Ports) =>
  async (request: MakeKey, backoff: Backoff) => {
    const { tenantId, replaces, ...key } = request;
    const changed = await changeRing({ rings, tenantId, backoff }, (ring) => {
      const existing = ring.keys.find(({ id }) => id === key.id);
      const replay = existing && replayOf(existing, existing.requestDigest ?? '', key.requestDigest);
      if (replay) return replay.ok ? ok({ ring, key: existing }) : replay;
      return addKey(ring, { ...key, createdAt: now() }, replaces);
    });
    return changed.ok
      ? ok<Replayable<KeyRecord>>({ value: changed.value, replayed: changed.value.digest !== key.digest })
      : changed;
  };

export const revokeTenantKey =
  ({ rings, now }: Ports) =>
  (tenantId: TenantId, id: string, backoff: Backoff) =>
    changeRing({ rings, tenantId, backoff }, (ring) => revokeKey(ring, id, now()));
