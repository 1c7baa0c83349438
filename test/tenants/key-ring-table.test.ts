import { expect, it } from 'vitest';
import { addKey } from '#tenants/domain/key-ring';
import { tenantRegistration } from '#tenants/http/create-tenant';
import { keyRingTable } from '#tenants/table/key-ring-table';
import { newApiKey } from '../fixtures/api-key.ts';
import { createTestTable } from '../fixtures/table.ts';

it('stores one of two changes of the same ring', async () => {
  const { rt } = createTestTable();
  const { tenantId, secret } = newApiKey(rt);
  await tenantRegistration(rt)({ name: 'Acme', key: { tenantId, secret } });
  const rings = keyRingTable(rt);
  const ring = await rings.find(tenantId);
  if (!ring) throw new Error('the tenant has no keys');
  const store = (id: string) => {
    const added = addKey(ring, { id, name: id, digest: id, createdAt: rt.now().toISOString() }, undefined);
    if (!added.ok) throw new Error(added.error);
    return rings.update(ring, added.value.ring);
  };
  expect([await store('a'), await store('b')]).toEqual([true, false]);
  expect((await rings.find(tenantId))?.keys.map(({ id }) => id)).toEqual([ring.keys[0]?.id, 'a']);
});
