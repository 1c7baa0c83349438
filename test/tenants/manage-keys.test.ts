import { expect, it } from 'vitest';
import type { TenantId } from '#platform/kernel';
import { emptyKeyRing, type KeyRing } from '#tenants/domain/key-ring';
import { type KeyRings, makeKey, revokeTenantKey } from '#tenants/use-cases/manage-keys';

const acme = 'acme' as TenantId;
const now = () => '2026-11-01T00:00:00.000Z';
const tryAgain = async () => true;
const giveUp = async () => false;

/** Rings in memory. `onFind` runs after each read, before the write that follows. */
const inMemory = (onFind: (store: Map<TenantId, KeyRing>) => void = () => {}) => {
  const store = new Map<TenantId, KeyRing>([[acme, emptyKeyRing(acme)]]);
  const rings: KeyRings = {
    async find(tenantId) {
      const ring = store.get(tenantId);
      onFind(store);
      return ring;
    },
    async update(from, to) {
      if (store.get(from.tenantId) !== from) return false;
      store.set(to.tenantId, to);
      return true;
    },
  };
  return { store, ports: { rings, now } };
};
const request = { tenantId: acme, id: 'a', name: 'till', digest: 'd', requestDigest: 'r' };

/** Another request adds a key between the first read and the first write. */
const onceOvertaken = () => {
  let overtaken = false;
  return inMemory((store) => {
    if (overtaken) return;
    overtaken = true;
    const ring = store.get(acme) ?? emptyKeyRing(acme);
    const other = { id: 'z', name: 'other', digest: 'z', createdAt: now() };
    store.set(acme, { ...ring, keys: [...ring.keys, other], version: ring.version + 1 });
  });
};

it('makes a key once per id, and refuses another request under the same id', async () => {
  const { store, ports } = inMemory();
  const make = makeKey(ports);
  const record = { id: 'a', name: 'till', digest: 'd', requestDigest: 'r', createdAt: now() };
  expect(await make(request, giveUp)).toEqual({ ok: true, value: { value: record, replayed: false } });
  expect(await make({ ...request, digest: 'e' }, giveUp)).toEqual({
    ok: true,
    value: { value: record, replayed: true },
  });
  expect(await make({ ...request, digest: 'e', requestDigest: 's' }, giveUp)).toEqual({
    ok: false,
    error: 'key_reused',
  });
  expect(store.get(acme)).toMatchObject({ keys: [record], version: 1 });
});

it('repeats no key that no request with an idempotency key has made', async () => {
  const { store, ports } = inMemory();
  store.set(acme, { ...emptyKeyRing(acme), keys: [{ id: 'a', name: 'first key', digest: 'd', createdAt: now() }] });
  expect(await makeKey(ports)(request, giveUp)).toEqual({ ok: false, error: 'key_reused' });
});

it('returns the key to the request whose earlier try has stored it', async () => {
  // Red when every existing key counts as a replay: then nobody ever learns this key.
  const { ports } = inMemory();
  await makeKey(ports)(request, giveUp);
  expect(await makeKey(ports)(request, giveUp)).toMatchObject({ value: { replayed: false } });
});

it('starts again where another request has changed the keys', async () => {
  const { store, ports } = onceOvertaken();
  expect(await makeKey(ports)(request, tryAgain)).toMatchObject({ ok: true });
  expect(store.get(acme)?.keys.map(({ id }) => id)).toEqual(['z', 'a']);
});

it('gives up where there is no time to try again', async () => {
  expect(await makeKey(onceOvertaken().ports)(request, giveUp)).toEqual({ ok: false, error: 'conflict' });
});

it('revokes a key, and says where there is no such key or tenant', async () => {
  const { ports } = inMemory();
  await makeKey(ports)(request, giveUp);
  const revoke = revokeTenantKey(ports);
  expect(await revoke(acme, 'a', giveUp)).toMatchObject({ ok: true, value: { id: 'a', revokedAt: now() } });
  expect(await revoke(acme, 'b', giveUp)).toEqual({ ok: false, error: 'key_not_found' });
  const nobody = 'nobody' as TenantId;
  expect(await revoke(nobody, 'a', giveUp)).toEqual({ ok: false, error: 'tenant_not_found' });
  expect(await makeKey(ports)({ ...request, tenantId: nobody }, giveUp)).toEqual({
    ok: false,
    error: 'tenant_not_found',
  });
});
