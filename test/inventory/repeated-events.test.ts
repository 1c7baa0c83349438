import { afterAll, expect, it } from 'vitest';
import { startHost } from '../fixtures/tenants.ts';

const { acme, other, deliver, close } = await startHost();
afterAll(close);

const polling = { timeout: 20_000 };
const stockOf = async ({ request }: typeof acme) => (await request('GET', '/v1/inventory/mug')).body;

it('an OrderConfirmed that arrives again sells nothing twice, to any tenant', async () => {
  const { id, total, history } = await acme.confirmOrder();
  const sold = { available: 9, taken: 1, held: 0, sold: 1 };
  await expect.poll(() => stockOf(acme), polling).toMatchObject(sold);

  const data = { run: 1, total, paidBy: 'provider' };
  const event = { type: 'OrderConfirmed.v1', at: history[1].at, aggregateId: id, version: 2, data };
  for (const eventId of ['e1', 'e1', 'e2'])
    await deliver('inventory-commit-holds', { ...event, id: eventId, tenantId: acme.id });

  await expect.poll(() => stockOf(acme), polling).toMatchObject(sold);
  await expect.poll(() => stockOf(other), polling).toMatchObject({ available: 10, held: 0, sold: 0 });
});
