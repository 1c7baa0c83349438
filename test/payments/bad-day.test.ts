import { afterEach, describe, expect, it } from 'vitest';
import { openShop } from './fixtures/bad-day.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];
const open = async () => {
  const shop = await openShop();
  shops.push(shop);
  return shop;
};
afterEach(() => {
  for (const shop of shops.splice(0)) shop.close();
});

const TOTAL = 25_00;
const outage = (shop: Shop, seconds: number) => shop.provider('POST', '/outages', { tenantId: shop.tenantId, seconds });
/** What the provider keeps of the order's money; nothing where it knows of no charge. */
const kept = async (shop: Shop, id: string) => {
  const { captured = 0, refunded = 0 } = await shop.charge(id);
  return captured - refunded;
};
const LOST = ['tok_commits_late', 'tok_unknown_then_commits', 'tok_flaky', 'tok_5xx', 'tok_unreachable'];

describe('an outcome that nobody knows', () => {
  it.each(['tok_commits_late', 'tok_unknown_then_commits', 'tok_flaky'])(
    'is learnt by asking again: %s',
    async (token) => {
      const shop = await open();
      const id = await shop.place(token);
      await shop.until(id, 'confirmed', 60);
      expect(await shop.charge(id)).toMatchObject({ status: 'captured', captured: TOTAL, refunded: 0 });
      expect(shop.runs(id)).toBe(1);
    },
  );

  it('that outlasts the saga is learnt by the run that the sweeper starts, with the same key', async () => {
    const shop = await open();
    await outage(shop, 100);
    const id = await shop.place('tok_ok');
    await shop.pass(50);
    expect(await shop.order(id)).toMatchObject({ status: 'placed' });
    await shop.until(id, 'confirmed', 600);
    expect(shop.runs(id)).toBeGreaterThan(1);
    expect(await shop.charge(id)).toMatchObject({ status: 'captured', captured: TOTAL, refunded: 0 });
  });

  it.each(['tok_5xx', 'tok_unreachable'])('to the deadline costs the customer nothing: %s', async (token) => {
    const shop = await open();
    const id = await shop.place(token);
    expect(await shop.until(id, 'cancelled', 600)).toMatchObject({ reason: 'expired' });
    expect(await shop.charge(id)).toMatchObject({ status: 'voided', captured: 0 });
    expect(await shop.stock()).toBe(100);
  });

  it.each(LOST)('of an order that is cancelled meanwhile leaves no money with us: %s', async (token) => {
    const shop = await open();
    const id = await shop.place(token);
    await shop.pass(0.25);
    expect(shop.heard()).toBeGreaterThan(0);
    expect(await shop.cancel(id)).toMatchObject({ status: 202 });
    expect(await shop.until(id, 'cancelled', 600)).toMatchObject({ reason: 'cancelled_by_customer' });
    await shop.pass(60);
    expect(await kept(shop, id)).toBe(0);
    expect(await shop.stock()).toBe(100);
  });

  it('of the settlement itself is settled once the provider is back', async () => {
    const shop = await open();
    const id = await shop.place('tok_commits_late');
    await shop.pass(2);
    await outage(shop, 120);
    await shop.cancel(id);
    await shop.pass(110);
    expect(await shop.order(id)).toMatchObject({ status: 'cancelling' });
    expect(await kept(shop, id)).toBe(TOTAL);
    await shop.until(id, 'cancelled', 600);
    expect(await shop.charge(id)).toMatchObject({ captured: TOTAL, refunded: TOTAL });
  });
});

describe('the breaker', () => {
  it('opens after 5 failures, keeps the provider unasked, and closes after a good probe', async () => {
    const shop = await open();
    await outage(shop, 60);
    const before = shop.heard();
    const unknown = await shop.place('tok_ok');
    await shop.pass(20);
    const heard = shop.heard();
    expect(heard - before).toBe(5);
    const next = await shop.place('tok_ok');
    expect(await shop.until(next, 'awaiting_payment', 10)).toMatchObject({
      instructions: { reference: next, amount: TOTAL, currency: 'EUR', deadline: expect.any(String) },
    });
    expect(shop.heard()).toBe(heard);
    expect(await shop.order(unknown)).toMatchObject({ status: 'placed' });

    await shop.pass(60);
    for (const _ of ['the probe', 'another']) {
      const id = await shop.place('tok_ok');
      await shop.until(id, 'confirmed', 10);
    }
    await shop.until(unknown, 'confirmed', 600);
    expect(await shop.charge(next)).toMatchObject({ status: 404 });
    await shop.cancel(next);
    await shop.until(next, 'cancelled', 60);
    expect(await kept(shop, next)).toBe(0);
  });

  it('opens again after a failed probe', async () => {
    const shop = await open();
    await outage(shop, 300);
    await shop.place('tok_ok');
    await shop.pass(40);
    const probe = await shop.place('tok_ok');
    await shop.pass(2);
    const heard = shop.heard();
    const next = await shop.place('tok_ok');
    await shop.until(next, 'awaiting_payment', 10);
    expect(shop.heard()).toBe(heard);
    expect(await shop.order(probe)).toMatchObject({ status: 'placed' });
  });

  it('does not open for declines', async () => {
    const shop = await open();
    for (let n = 0; n < 6; n += 1) await shop.until(await shop.place('tok_declined'), 'cancelled', 30);
    await shop.until(await shop.place('tok_ok'), 'confirmed', 10);
  });
});

describe('a settlement that the provider refuses', () => {
  it('parks the order, and goes on once it is resumed', async () => {
    const shop = await open();
    const id = await shop.place('tok_refund_refused');
    await shop.pass(2);
    await shop.cancel(id);
    expect(await shop.until(id, 'needs_attention', 60)).toMatchObject({ cause: expect.any(String) });
    await shop.resume(id);
    await shop.pass(10);
    expect(await shop.order(id)).toMatchObject({ status: 'needs_attention' });
    expect(await kept(shop, id)).toBe(TOTAL);

    await shop.provider('POST', `/charges/${shop.tenantId}.${id}/allow-refund`, {});
    expect(await shop.resume(id)).toMatchObject({ status: 202 });
    await shop.until(id, 'cancelled', 60);
    expect(await kept(shop, id)).toBe(0);
    expect(await shop.stock()).toBe(100);
  });
});

describe('a callback', () => {
  const capture = (shop: Shop, id: string) => ({
    ...{ key: `${shop.tenantId}.${id}`, status: 'captured', amount: TOTAL, currency: 'EUR' },
  });

  it('of a capture that nobody knew of confirms the order with the next run, and the provider is not asked', async () => {
    const shop = await open();
    const id = await shop.place('tok_5xx');
    await shop.pass(60);
    expect(await shop.callback(capture(shop, id))).toMatchObject({ status: 200 });
    const heard = shop.heard();
    await shop.until(id, 'confirmed', 600);
    expect(shop.heard()).toBe(heard);
  });

  it('of a capture that the order has no use for gives it back, once', async () => {
    const shop = await open();
    await outage(shop, 60);
    await shop.place('tok_ok');
    await shop.pass(20);
    const id = await shop.place('tok_ok');
    await shop.until(id, 'awaiting_payment', 10);
    await outage(shop, 0);
    await shop.provider('POST', '/charges', { ...capture(shop, id), status: undefined, token: 'tok_ok' });
    for (const _ of ['once', 'again']) expect(await shop.callback(capture(shop, id))).toMatchObject({ status: 200 });
    expect(await shop.charge(id)).toMatchObject({ captured: TOTAL, refunded: TOTAL });
    expect(await shop.order(id)).toMatchObject({ status: 'awaiting_payment' });
  });
});
