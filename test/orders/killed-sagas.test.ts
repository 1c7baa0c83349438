import { afterEach, describe, expect, it } from 'vitest';
import { type AfterInvocation, openShop } from '../fixtures/shop.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];
afterEach(() => {
  for (const shop of shops.splice(0)) shop.close();
});

const executions = 'arn:aws:states:us-east-1:000000000000:execution';

/** Stops the execution of the order's run when this function first ends, so that its saga does not receive the result. */
const killSagaAfter = (saga: string, fn: string): AfterInvocation & { readonly killed: () => number } => {
  let killed = 0;
  return {
    functionId: fn,
    killed: () => killed,
    async run({ orderId, run }, callAws) {
      if (killed > 0) return;
      killed += 1;
      const executionArn = `${executions}:breakwater-dev-${saga}:${orderId}-${run}`;
      const { status } = await callAws({
        target: 'AWSStepFunctions.StopExecution',
        body: JSON.stringify({ executionArn }),
      });
      if (status !== 200) throw new Error(`could not stop ${executionArn}`);
    },
  };
};

/** The standstill limit (a minute here), then two sweeps and the sagas that they start. */
const MAX_WAIT_SECONDS = 60 + 2 * 60 + 30;

describe('the sweeper restarts a saga that was killed after a step, and its order reaches a final status', () => {
  it.each([
    { saga: 'fulfil-order', fn: 'inventory-hold', token: 'tok_ok', status: 'confirmed' },
    { saga: 'fulfil-order', fn: 'payments-charge', token: 'tok_ok', status: 'confirmed' },
    { saga: 'fulfil-order', fn: 'orders-confirm', token: 'tok_ok', status: 'confirmed' },
    { saga: 'fulfil-order', fn: 'payments-charge', token: 'tok_declined', status: 'cancelled' },
    { saga: 'fulfil-order', fn: 'orders-refuse', token: 'tok_declined', status: 'cancelled' },
    { saga: 'unwind-order', fn: 'payments-settle', token: 'tok_declined', status: 'cancelled' },
    { saga: 'unwind-order', fn: 'inventory-release', token: 'tok_declined', status: 'cancelled' },
    { saga: 'unwind-order', fn: 'orders-close', token: 'tok_declined', status: 'cancelled' },
  ])('$saga after $fn: $token is $status', async ({ saga, fn, token, status }) => {
    const after = killSagaAfter(saga, fn);
    const shop = await openShop(after);
    shops.push(shop);
    const id = await shop.place(token);
    await shop.until(id, status, MAX_WAIT_SECONDS);
    expect(after.killed()).toBe(1);
    const { captured = 0, refunded = 0 } = await shop.charge(id);
    expect(captured - refunded).toBe(status === 'confirmed' ? 25_00 : 0);
    expect(await shop.stock()).toBe(status === 'confirmed' ? 98 : 100);
  });
});
