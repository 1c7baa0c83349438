import { afterEach, describe, expect, it } from 'vitest';
import { type Order, openShop } from '../fixtures/shop.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];
afterEach(() => {
  for (const shop of shops.splice(0)) shop.close();
});

type Setting = {
  readonly seconds: number;
  readonly offlineAfterMinutes?: number | null;
  readonly giveWayAfterMinutes?: number | null;
};
const outage = (shop: Shop, seconds: number) => shop.provider('POST', '/outages', { tenantId: shop.tenantId, seconds });

/** A shop whose breaker has opened during an outage of these seconds, and an order that was placed afterwards. */
const placeDuringOutage = async ({ seconds, offlineAfterMinutes, giveWayAfterMinutes = null }: Setting) => {
  const shop = await openShop();
  shops.push(shop);
  if (offlineAfterMinutes !== undefined) await shop.setPolicy({ offlineAfterMinutes, giveWayAfterMinutes });
  await outage(shop, seconds);
  const unknown = await shop.place('tok_ok');
  await shop.advance(20);
  return { shop, unknown, id: await shop.place('tok_ok') };
};
/** Waits for the end of the outage, lets another order show that the provider is back, and waits until this one is charged. */
const charged = async (shop: Shop, id: string, seconds: number) => {
  await shop.advance(seconds);
  await shop.place('tok_ok');
  return shop.until(id, 'confirmed', 180);
};
const notices = async (shop: Shop, id: string) => {
  const { json } = await shop.callAws({
    target: 'DynamoDB_20120810.GetItem',
    body: JSON.stringify({
      TableName: 'breakwater-dev',
      Key: { pk: { S: `notifications#${shop.tenantId}#delivery#${id}.awaiting_payment` }, sk: { S: 'delivery' } },
    }),
  });
  return JSON.parse(json).Item !== undefined;
};

describe('an order that meets an open breaker', () => {
  it('waits without instructions and without a mail, and is charged by itself once the provider is back', async () => {
    const { shop, id } = await placeDuringOutage({ seconds: 90 });
    const waiting = await shop.until(id, 'awaiting_payment', 10);
    expect(waiting.instructions).toBeUndefined();
    expect(waiting.waiting).toEqual({ until: expect.any(String) });
    const refusal = { code: 'not_awaiting_payment', detail: expect.stringContaining('waits for the payment provider') };
    expect(await shop.pay(id)).toMatchObject({ status: 409, body: refusal });
    await charged(shop, id, 90);
    expect(await shop.charge(id)).toMatchObject({ status: 'captured', captured: 25_00, refunded: 0 });
    expect((await shop.order(id)).waiting).toBeUndefined();
    expect(await notices(shop, id)).toBe(false);
  });

  it('becomes offline after five minutes: it gets instructions and a mail, is paid, and is never charged', async () => {
    const { shop, id } = await placeDuringOutage({ seconds: 3_600 });
    await shop.until(id, 'awaiting_payment', 10);
    await shop.advance(4 * 60);
    expect((await shop.order(id)).instructions).toBeUndefined();
    await shop.advance(2 * 60);
    const offline = await shop.order(id);
    expect(offline).toMatchObject({ status: 'awaiting_payment', instructions: { reference: id, amount: 25_00 } });
    expect(offline.waiting).toBeUndefined();
    expect(await notices(shop, id)).toBe(true);
    await outage(shop, 0);
    await shop.advance(120);
    expect(await shop.order(id)).toMatchObject({ status: 'awaiting_payment' });
    expect(await shop.pay(id)).toMatchObject({ status: 201, body: { status: 'confirmed' } });
    expect(await shop.charge(id)).toMatchObject({ status: 404 });
  });

  it('waits without end if its tenant wants no offline payments', async () => {
    const { shop, id } = await placeDuringOutage({ seconds: 1_200, offlineAfterMinutes: null });
    await shop.until(id, 'awaiting_payment', 10);
    await shop.advance(15 * 60);
    expect(await shop.order(id)).toMatchObject({ status: 'awaiting_payment', waiting: { until: null } });
    await charged(shop, id, 360);
  });

  it('can be cancelled while it waits, and nothing is charged', async () => {
    const { shop, id } = await placeDuringOutage({ seconds: 90 });
    await shop.until(id, 'awaiting_payment', 10);
    expect(await shop.cancel(id)).toMatchObject({ status: 202 });
    await shop.until(id, 'cancelled', 60);
    await shop.advance(180);
    expect(await shop.charge(id)).toMatchObject({ status: 404 });
  });
});

/** A shop whose last units an unpaid, offline order holds. */
const sellOut = async (giveWayAfterMinutes: number | null) => {
  const { shop, id, unknown } = await placeDuringOutage({ seconds: 60, offlineAfterMinutes: 0, giveWayAfterMinutes });
  await shop.until(id, 'awaiting_payment', 10);
  await shop.until(unknown, 'confirmed', 600);
  await shop.adjustStock(-96);
  expect(await shop.stock()).toBe(0);
  return { shop, unpaid: id };
};

describe('the last units of a SKU, held by an unpaid order', () => {
  it('go to another order once its tenant’s policy lets it give way, and its payment is refused from then on', async () => {
    const { shop, unpaid } = await sellOut(1);
    const id = await shop.place('tok_ok');
    await shop.until(id, 'confirmed', 120);
    expect(await shop.until(unpaid, 'cancelled', 60)).toMatchObject({ reason: 'gave_way' });
    expect(await shop.pay(unpaid)).toMatchObject({ status: 409, body: { code: 'not_awaiting_payment' } });
    expect(await shop.stock()).toBe(0);
  });

  it.each([null, 60])('stay with it while the policy says so: %s', async (giveWayAfterMinutes) => {
    const { shop, unpaid } = await sellOut(giveWayAfterMinutes);
    const id = await shop.place('tok_ok');
    expect(await shop.until(id, 'cancelled', 120)).toMatchObject({ reason: 'out_of_stock' });
    expect(await shop.pay(unpaid)).toMatchObject({ status: 201 });
  });
});

describe('a pause of deadlines', () => {
  const MINUTE_MS = 60_000;
  const refused = async (shop: Shop) => {
    const id = await shop.place('tok_ok');
    expect(await shop.until(id, 'cancelled', 120)).toMatchObject({ reason: 'out_of_stock' });
  };

  it('keeps the units with an unpaid order as long as it lasts, and its payment confirms it', async () => {
    const { shop, unpaid } = await sellOut(1);
    await shop.pauseDeadlines();
    await refused(shop);
    expect(await shop.pay(unpaid)).toMatchObject({ status: 201, body: { status: 'confirmed' } });
  });

  it('does not count to the minutes after which an unpaid order gives way', async () => {
    const { shop, unpaid } = await sellOut(10);
    const endPause = await shop.pauseDeadlines();
    await shop.advance(10 * 60);
    await endPause();
    await refused(shop);
    await shop.advance(10 * 60);
    await shop.until(await shop.place('tok_ok'), 'confirmed', 120);
    expect(await shop.order(unpaid)).toMatchObject({ reason: 'gave_way' });
  });

  it('extends the deadline that the order, and the list of orders, show', async () => {
    const { shop, id } = await placeDuringOutage({ seconds: 3_600, offlineAfterMinutes: 0 });
    const deadlineOf = (order: Order | undefined) => Date.parse(order?.instructions?.deadline ?? '');
    const shown = async () => [
      deadlineOf(await shop.order(id)),
      deadlineOf((await shop.orders()).find((order) => order.id === id)),
    ];
    const before = deadlineOf(await shop.until(id, 'awaiting_payment', 10));
    const endPause = await shop.pauseDeadlines();
    await shop.advance(2 * 60);
    for (const deadline of await shown()) expect(deadline - before).toBeGreaterThanOrEqual(2 * MINUTE_MS);
    await shop.advance(3 * 60);
    await endPause();
    await shop.advance(60);
    for (const deadline of await shown()) {
      expect(deadline - before).toBeGreaterThanOrEqual(5 * MINUTE_MS);
      expect(deadline - before).toBeLessThan(5.5 * MINUTE_MS);
    }
  });
});

describe('an order whose step fails in the same way each time', () => {
  const holdKey = (shop: Shop, id: string) => ({
    pk: { S: `inventory#${shop.tenantId}#hold#${id}` },
    sk: { S: 'hold' },
  });
  const write = (shop: Shop, operation: 'PutItem' | 'DeleteItem', content: object) =>
    shop.callAws({
      target: `DynamoDB_20120810.${operation}`,
      body: JSON.stringify({ TableName: 'breakwater-dev', ...content }),
    });
  const parkFromPlaced = async () => {
    const shop = await openShop();
    shops.push(shop);
    shop.pauseConsumer('orders-start-saga');
    const id = await shop.place('tok_ok');
    await write(shop, 'PutItem', { Item: { ...holdKey(shop, id), state: { S: 'broken' } } });
    shop.resumeConsumer('orders-start-saga');
    const parked = await shop.until(id, 'needs_attention', 10);
    return { shop, id, parked };
  };

  it('is parked at once with the class of its error, and resumes where it was parked', async () => {
    const { shop, id, parked } = await parkFromPlaced();
    expect(parked.cause).toContain('an error that no retry resolves: InvalidItem: ');
    expect(parked.reason).toBeUndefined();
    expect(shop.runs(id)).toBe(1);
    await write(shop, 'DeleteItem', { Key: holdKey(shop, id) });
    expect(await shop.resume(id)).toMatchObject({ status: 202, body: { status: 'placed' } });
    await shop.until(id, 'confirmed', 30);
  });

  it('can be cancelled by its customer while it is parked', async () => {
    const { shop, id } = await parkFromPlaced();
    await write(shop, 'DeleteItem', { Key: holdKey(shop, id) });
    expect(await shop.cancel(id)).toMatchObject({ status: 202, body: { status: 'cancelling' } });
    expect(await shop.until(id, 'cancelled', 30)).toMatchObject({ reason: 'cancelled_by_customer' });
  });
});
