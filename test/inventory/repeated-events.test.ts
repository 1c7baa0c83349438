import { afterAll, expect, it } from 'vitest';
import { startHost } from '../fixtures/tenants.ts';

const { acme, other, deliver, close } = await startHost();
afterAll(close);

const stockOf = async ({ request }: typeof acme) => (await request('GET', '/v1/inventory/mug')).body;

it('an OrderConfirmed that arrives again sells nothing twice, to any tenant', async () => {
  const { id, total, history } = await acme.confirmOrder();
  const sold = { available: 9, held: 0, sold: 1 };
  expect(await stockOf(acme)).toMatchObject(sold);

  const data = { run: 1, total, paidBy: 'provider' };
  const event = { type: 'OrderConfirmed.v1', at: history[1].at, aggregateId: id, version: 2, data };
  for (const eventId of ['e1', 'e1', 'e2'])
    await deliver('inventory-commit-holds', { ...event, id: eventId, tenantId: acme.id });

  expect(await stockOf(acme)).toMatchObject(sold);
  expect(await stockOf(other)).toMatchObject({ available: 10, held: 0, sold: 0 });
});
