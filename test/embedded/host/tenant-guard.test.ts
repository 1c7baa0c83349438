import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { orderKey, pauseKey } from '#orders/table/keys';
import type { OrderId, TenantId } from '#platform/kernel';
import type { Key } from '#platform/table/batch-get';
import { createHost } from '../../../embedded/host/host.ts';
import { secrets } from '../../fixtures/secrets.ts';

const [guarded, unguarded] = [createHost({ contexts, secrets }), createHost({ contexts, secrets, tenantGuard: false })];
afterAll(() => {
  guarded.close();
  unguarded.close();
});

const [acme, other] = ['acme', 'other'] as [TenantId, TenantId];
const order = orderKey(other, 'o1' as OrderId);

type Read = { readonly by: string; readonly of: Key; readonly tenantId?: TenantId; readonly host?: typeof guarded };
const read = ({ by, of: Key, tenantId, host = guarded }: Read) => {
  const { db, tenants } = host.createRuntime(by).runtime;
  return tenants.run(tenantId, () => db.send(new GetCommand({ TableName: 'breakwater-dev', Key })));
};

it('refuses a function the keys of other tenants, except where its manifest says that it works for all', async () => {
  const refusal = { name: 'ForeignKey', message: expect.stringMatching(/^breakwater-dev-orders-read may not/) };
  await expect(read({ by: 'orders-read', of: order, tenantId: acme })).rejects.toMatchObject(refusal);
  await expect(read({ by: 'orders-read', of: order })).rejects.toMatchObject(refusal);
  await read({ by: 'orders-read', of: order, tenantId: other });
  await read({ by: 'orders-read', of: pauseKey, tenantId: acme });
  await read({ by: 'orders-sweep', of: order });
});

it('refuses no key of another tenant without the guard, and still what no grant allows', async () => {
  await read({ by: 'orders-read', of: order, tenantId: acme, host: unguarded });
  const foreignContext = read({ by: 'catalog-read', of: order, tenantId: acme, host: unguarded });
  await expect(foreignContext).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
