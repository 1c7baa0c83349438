import { afterEach, describe, expect, it } from 'vitest';
import { openShop } from '../fixtures/shop.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];
afterEach(() => {
  for (const shop of shops.splice(0)) shop.close();
});

const MINUTE = 60;

/** An order that is offline and must be paid within five minutes. */
const placeOffline = async () => {
  const shop = await openShop(undefined, { paymentDeadlineMs: 5 * MINUTE * 1_000 });
  shops.push(shop);
  await shop.setPolicy({ offlineAfterMinutes: 0, giveWayAfterMinutes: null });
  await shop.provider('POST', '/outages', { tenantId: shop.tenantId, seconds: 3_600 });
  await shop.place('tok_ok');
  await shop.advance(20);
  const id = await shop.place('tok_ok');
  await shop.until(id, 'awaiting_payment', 10);
  return { shop, id };
};

/** What `npm run ops -- pause` writes, and `unpause` where it has an end. In seconds since now. */
const pause = async (shop: Shop, from: number, until?: number) => {
  const at = (seconds: number) => ({ S: new Date(shop.now() + seconds * 1_000).toISOString() });
  const stored = { from: at(from), reason: { S: 'a test' }, ...(until !== undefined && { until: at(until) }) };
  const Item = { pk: { S: 'due#pause' }, sk: { S: 'pause' }, pauses: { L: [{ M: stored }] }, v: { N: '1' } };
  const body = JSON.stringify({ TableName: 'breakwater-dev', Item });
  await shop.callAws({ target: 'DynamoDB_20120810.PutItem', body });
};

describe('the payment of an order after its nominal deadline', () => {
  it('is taken while a pause lasts, and the order has not expired', async () => {
    const { shop, id } = await placeOffline();
    await shop.advance(2 * MINUTE);
    await pause(shop, 0);
    await shop.advance(6 * MINUTE);
    expect(await shop.order(id)).toMatchObject({ status: 'awaiting_payment' });
    expect(await shop.pay(id)).toMatchObject({ status: 201, body: { status: 'confirmed' } });
  });

  it('is taken within the time that an ended pause added, and refused after it', async () => {
    const { shop, id } = await placeOffline();
    const late = await shop.place('tok_ok');
    await shop.until(late, 'awaiting_payment', 10);
    await shop.advance(2 * MINUTE);
    await pause(shop, -30, 90);
    await shop.advance(4 * MINUTE);
    expect(await shop.pay(id)).toMatchObject({ status: 201, body: { status: 'confirmed' } });
    await shop.advance(90);
    expect(await shop.order(late)).toMatchObject({ reason: 'payment_expired' });
    expect(await shop.pay(late)).toMatchObject({ status: 409, body: { code: 'not_awaiting_payment' } });
  });

  it('is refused without a pause', async () => {
    const { shop, id } = await placeOffline();
    await shop.advance(6 * MINUTE + 10);
    expect(await shop.order(id)).toMatchObject({ reason: 'payment_expired' });
    expect(await shop.pay(id)).toMatchObject({ status: 409, body: { code: 'not_awaiting_payment' } });
  });
});
