import { afterEach, describe, expect, it } from 'vitest';
import { idFrom } from '#platform/http/idempotency';
import { type AfterInvocation, openShop } from '../fixtures/shop.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];
const open = async (after?: AfterInvocation) => {
  const shop = await openShop(after);
  shops.push(shop);
  return shop;
};
afterEach(() => {
  for (const shop of shops.splice(0)) shop.close();
});

const TOTAL = { amount: 25_00, currency: 'EUR' };
const keyOf = (shop: Shop, id: string) => `${shop.tenantId}.${id}`;
/** What a charge keeps; 0 if there is none. */
const keptBy = async (shop: Shop, chargeId: string) => {
  const { captured = 0, refunded = 0 } = await shop.charge(chargeId);
  return captured - refunded;
};
/** A refund that a person makes in the provider's console. */
const refundByHand = (shop: Shop, id: string, amount: number) =>
  shop.provider('POST', `/charges/${keyOf(shop, id)}/refund-by-hand`, { amount });

describe('a provider that contradicts itself', () => {
  it('costs nobody money if it reports a decline while its charge captures', async () => {
    const shop = await open();
    const id = await shop.place('tok_slow');
    await shop.advance(1);
    expect(await shop.sendCallback({ key: keyOf(shop, id), status: 'declined', ...TOTAL })).toMatchObject({
      status: 200,
    });
    const { status } = await shop.until(id, ['confirmed', 'cancelled'], 60);
    expect(await keptBy(shop, id)).toBe(status === 'confirmed' ? TOTAL.amount : 0);
  });
});

describe('a refund by hand', () => {
  it('lets a parked order end, because nothing is left to refund', async () => {
    const shop = await open();
    const id = await shop.place('tok_refund_refused');
    await shop.advance(2);
    await shop.cancel(id);
    await shop.until(id, 'needs_attention', 60);
    await refundByHand(shop, id, TOTAL.amount);
    await shop.resume(id);
    expect(await shop.until(id, ['cancelled', 'needs_attention'], 60)).toMatchObject({ status: 'cancelled' });
    expect(await shop.stock()).toBe(100);
  });

  it('of an order that a restore has lost is not taken for the payment of the same order', async () => {
    const shop = await open();
    const id = idFrom(shop.tenantId, 'order-1');
    await shop.provider('POST', '/charges', { key: keyOf(shop, id), ...TOTAL, token: 'tok_ok' });
    await refundByHand(shop, id, TOTAL.amount);
    expect(await shop.place('tok_ok')).toBe(id);
    await shop.until(id, 'confirmed');
    expect((await keptBy(shop, id)) + (await keptBy(shop, `${id}.2`))).toBe(TOTAL.amount);
  });

  it('between the capture and the confirmation is noticed by the next run, although no callback reports it', async () => {
    let isLost = true;
    const shop = await open({
      functionId: 'payments-charge',
      run: async () => {
        if (isLost) throw new Error('the answer of the task is lost');
      },
    });
    const id = await shop.place('tok_ok');
    await shop.advance(2);
    await refundByHand(shop, id, TOTAL.amount);
    isLost = false;
    await shop.until(id, 'confirmed');
    expect((await keptBy(shop, id)) + (await keptBy(shop, `${id}.2`))).toBe(TOTAL.amount);
  });
});
