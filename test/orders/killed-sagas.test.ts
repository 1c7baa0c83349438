import { afterEach, describe, expect, it } from 'vitest';
import { type After, openShop } from '../payments/fixtures/bad-day.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];
afterEach(() => {
  for (const shop of shops.splice(0)) shop.close();
});

const executions = 'arn:aws:states:us-east-1:000000000000:execution';

/** Stops the execution of the order's run at the first end of this function, so that its saga hears of it no more. */
const killing = (saga: string, fn: string): After & { readonly killed: () => number } => {
  let killed = 0;
  return {
    entry: `functions/${fn.replace('-', '/')}.lambda.ts`,
    killed: () => killed,
    async act({ orderId, run }, call) {
      if (killed > 0) return;
      killed += 1;
      const executionArn = `${executions}:breakwater-dev-${saga}:${orderId}.${run}`;
      const { status } = await call({
        target: 'AWSStepFunctions.StopExecution',
        body: JSON.stringify({ executionArn }),
      });
      if (status !== 200) throw new Error(`could not stop ${executionArn}`);
    },
  };
};

/** In seconds: until the order counts as standing still (a minute here), then two sweeps and what they start. */
const PATIENCE = 60 + 2 * 60 + 30;

describe('a saga that is killed after a step is taken up by the sweeper, and its order ends', () => {
  it.each([
    ['fulfil-order', 'inventory-hold', 'tok_ok', 'confirmed'],
    ['fulfil-order', 'payments-charge', 'tok_ok', 'confirmed'],
    ['fulfil-order', 'orders-confirm', 'tok_ok', 'confirmed'],
    ['fulfil-order', 'payments-charge', 'tok_declined', 'cancelled'],
    ['fulfil-order', 'orders-refuse', 'tok_declined', 'cancelled'],
    ['unwind-order', 'payments-settle', 'tok_declined', 'cancelled'],
    ['unwind-order', 'inventory-release', 'tok_declined', 'cancelled'],
    ['unwind-order', 'orders-close', 'tok_declined', 'cancelled'],
  ])('%s after %s: %s is %s', async (saga, fn, token, status) => {
    const after = killing(saga, fn);
    const shop = await openShop(after);
    shops.push(shop);
    const id = await shop.place(token);
    await shop.until(id, status, PATIENCE);
    expect(after.killed()).toBe(1);
    const { captured = 0, refunded = 0 } = await shop.charge(id);
    expect(captured - refunded).toBe(status === 'confirmed' ? 25_00 : 0);
    expect(await shop.stock()).toBe(status === 'confirmed' ? 98 : 100);
  });
});
