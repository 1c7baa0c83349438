import { afterEach, describe, expect, it } from 'vitest';
import { openShop } from '../fixtures/shop.ts';

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
const OFFLINE_AT_ONCE = { offlineAfterMinutes: 0, giveWayAfterMinutes: null };
const outage = (shop: Shop, seconds: number) => shop.provider('POST', '/outages', { tenantId: shop.tenantId, seconds });
/** What the provider keeps of the order's money; 0 if it has no charge for the order. */
const keptMoney = async (shop: Shop, id: string) => {
  const { captured = 0, refunded = 0 } = await shop.charge(id);
  return captured - refunded;
};
const UNKNOWN_OUTCOMES = ['tok_commits_late', 'tok_unknown_then_commits', 'tok_flaky', 'tok_5xx', 'tok_unreachable'];

describe('an unknown outcome', () => {
  it.each(['tok_commits_late', 'tok_unknown_then_commits', 'tok_flaky'])(
    'becomes known by calling the provider again: %s',
    async (token) => {
      const shop = await open();
      const id = await shop.place(token);
      await shop.until(id, 'confirmed', 60);
      expect(await shop.charge(id)).toMatchObject({ status: 'captured', captured: TOTAL, refunded: 0 });
      expect(shop.runs(id)).toBe(1);
    },
  );

  it('that lasts longer than the saga becomes known in the run that the sweeper starts, with the same key', async () => {
    const shop = await open();
    await outage(shop, 100);
    const id = await shop.place('tok_ok');
    await shop.advance(50);
    expect(await shop.order(id)).toMatchObject({ status: 'placed' });
    await shop.until(id, 'confirmed', 600);
    expect(shop.runs(id)).toBeGreaterThan(1);
    expect(await shop.charge(id)).toMatchObject({ status: 'captured', captured: TOTAL, refunded: 0 });
  });

  it.each(['tok_5xx', 'tok_unreachable'])(
    'that lasts keeps the order placed, and costs the customer who cancels it nothing: %s',
    async (token) => {
      const shop = await open();
      const id = await shop.place(token);
      await shop.advance(600);
      expect(await shop.order(id)).toMatchObject({ status: 'placed' });
      await shop.cancel(id);
      expect(await shop.until(id, 'cancelled', 60)).toMatchObject({ reason: 'cancelled_by_customer' });
      expect(await shop.charge(id)).toMatchObject({ status: 'voided', captured: 0 });
      expect(await shop.stock()).toBe(100);
    },
  );

  it.each(UNKNOWN_OUTCOMES)(
    'of an order that is cancelled during the charge leaves no money with the provider: %s',
    async (token) => {
      const shop = await open();
      const id = await shop.place(token);
      await shop.advance(0.25);
      expect(shop.providerCalls()).toBeGreaterThan(0);
      expect(await shop.cancel(id)).toMatchObject({ status: 202 });
      expect(await shop.until(id, 'cancelled', 600)).toMatchObject({ reason: 'cancelled_by_customer' });
      await shop.advance(60);
      expect(await keptMoney(shop, id)).toBe(0);
      expect(await shop.stock()).toBe(100);
    },
  );

  it('of a settlement is settled once the provider has recovered', async () => {
    const shop = await open();
    const id = await shop.place('tok_commits_late');
    await shop.advance(2);
    await outage(shop, 120);
    await shop.cancel(id);
    await shop.advance(110);
    expect(await shop.order(id)).toMatchObject({ status: 'cancelling' });
    expect(await keptMoney(shop, id)).toBe(TOTAL);
    await shop.until(id, 'cancelled', 600);
    expect(await shop.charge(id)).toMatchObject({ captured: TOTAL, refunded: TOTAL });
  });
});

describe('the circuit breaker', () => {
  it('opens after 5 failures, blocks calls of the provider, and closes after a successful probe', async () => {
    const shop = await open();
    await shop.setPolicy(OFFLINE_AT_ONCE);
    await outage(shop, 60);
    const before = shop.providerCalls();
    const unknown = await shop.place('tok_ok');
    await shop.advance(20);
    const calls = shop.providerCalls();
    expect(calls - before).toBe(5);
    const next = await shop.place('tok_ok');
    expect(await shop.until(next, 'awaiting_payment', 10)).toMatchObject({
      instructions: { reference: next, amount: TOTAL, currency: 'EUR', deadline: expect.any(String) },
    });
    expect(shop.providerCalls()).toBe(calls);
    expect(await shop.order(unknown)).toMatchObject({ status: 'placed' });

    await shop.advance(60);
    for (const _ of ['the probe', 'another']) {
      const id = await shop.place('tok_ok');
      await shop.until(id, 'confirmed', 10);
    }
    await shop.until(unknown, 'confirmed', 600);
    expect(await shop.charge(next)).toMatchObject({ status: 404 });
    await shop.cancel(next);
    await shop.until(next, 'cancelled', 60);
    expect(await keptMoney(shop, next)).toBe(0);
  });

  it('opens again after a failed probe', async () => {
    const shop = await open();
    await outage(shop, 300);
    await shop.place('tok_ok');
    await shop.advance(40);
    const probe = await shop.place('tok_ok');
    await shop.advance(2);
    const calls = shop.providerCalls();
    const next = await shop.place('tok_ok');
    await shop.until(next, 'awaiting_payment', 10);
    expect(shop.providerCalls()).toBe(calls);
    // nothing was sent for it, so its customer may pay another way
    expect(await shop.order(probe)).toMatchObject({ status: 'awaiting_payment' });
    expect(await shop.charge(probe)).toMatchObject({ status: 404 });
  });

  it('closes without any order once the provider is back', async () => {
    const shop = await open();
    await outage(shop, 30);
    const unknown = await shop.place('tok_ok');
    await shop.advance(25);
    await shop.cancel(unknown);
    await shop.advance(100);
    const callsOfAnOrder = async () => {
      const before = shop.providerCalls();
      await shop.until(await shop.place('tok_ok'), 'confirmed', 10);
      return shop.providerCalls() - before;
    };
    // an order that probes would make more calls than the next one
    expect(await callsOfAnOrder()).toBe(await callsOfAnOrder());
  });

  it('does not open for declines', async () => {
    const shop = await open();
    for (let n = 0; n < 6; n += 1) await shop.until(await shop.place('tok_declined'), 'cancelled', 30);
    await shop.until(await shop.place('tok_ok'), 'confirmed', 10);
  });
});

describe('a settlement that the provider refuses', () => {
  it('parks the order, which can be resumed once the refund is allowed', async () => {
    const shop = await open();
    const id = await shop.place('tok_refund_refused');
    await shop.advance(2);
    await shop.cancel(id);
    expect(await shop.until(id, 'needs_attention', 60)).toMatchObject({ cause: expect.any(String) });
    await shop.resume(id);
    await shop.advance(10);
    expect(await shop.order(id)).toMatchObject({ status: 'needs_attention' });
    expect(await keptMoney(shop, id)).toBe(TOTAL);

    await shop.provider('POST', `/charges/${shop.tenantId}.${id}/allow-refund`, {});
    expect(await shop.resume(id)).toMatchObject({ status: 202 });
    await shop.until(id, 'cancelled', 60);
    expect(await keptMoney(shop, id)).toBe(0);
    expect(await shop.stock()).toBe(100);
  });
});

describe('a callback', () => {
  const capture = (shop: Shop, id: string) => ({
    ...{ key: `${shop.tenantId}.${id}`, status: 'captured', amount: TOTAL, currency: 'EUR' },
  });

  it('of an unknown capture lets the next run confirm the order with one look at the provider and no charge', async () => {
    const shop = await open();
    const id = await shop.place('tok_5xx');
    await shop.advance(60);
    await shop.provider('POST', `/charges/${shop.tenantId}.${id}/capture-by-hand`, { amount: TOTAL, currency: 'EUR' });
    expect(await shop.sendCallback(capture(shop, id))).toMatchObject({ status: 200 });
    const calls = shop.providerCalls();
    await shop.until(id, 'confirmed', 600);
    // the sandbox reads the outage and the charge
    expect(shop.providerCalls()).toBe(calls + 2);
  });

  it('of an unwanted capture refunds it, once', async () => {
    const shop = await open();
    await shop.setPolicy(OFFLINE_AT_ONCE);
    await outage(shop, 60);
    await shop.place('tok_ok');
    await shop.advance(20);
    const id = await shop.place('tok_ok');
    await shop.until(id, 'awaiting_payment', 10);
    await outage(shop, 0);
    await shop.provider('POST', '/charges', { ...capture(shop, id), status: undefined, token: 'tok_ok' });
    for (const _ of ['once', 'again'])
      expect(await shop.sendCallback(capture(shop, id))).toMatchObject({ status: 200 });
    expect(await shop.charge(id)).toMatchObject({ captured: TOTAL, refunded: TOTAL });
    expect(await shop.order(id)).toMatchObject({ status: 'awaiting_payment' });
  });
});
