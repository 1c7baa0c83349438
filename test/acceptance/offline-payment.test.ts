import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { getCharge, getPolicy, haveOneFirst, isReplay, type Order, putPolicy, setOutage } from './client.ts';
import { findMail } from './find-mail.ts';
import { host } from './host.ts';
import { endOutages, openShopDuringOutage } from './outage.ts';
import { pollUntil } from './poll.ts';
import { expectProblem } from './problem.ts';
import { expectStatus } from './request.ts';
import { openShop, placeOrder, readOrder, readStock, type Shop, waitForOrderEnd } from './shop.ts';

afterAll(endOutages);

type StatusWait = { readonly status: Order['status']; readonly timeoutMs?: number };

const waitForStatus = (shop: Shop, id: string, { status, timeoutMs = host.limits.orderMs }: StatusWait) =>
  pollUntil(
    timeoutMs,
    () => readOrder(shop, id),
    (order) => order.status === status,
  );

test.concurrent('during an outage of the provider, orders of a tenant that wants it await another payment, which confirms them', async () => {
  const { shop, waiting } = await openShopDuringOutage();
  const { id, total, instructions } = waiting;
  expect(instructions).toEqual({ reference: id, ...total, deadline: expect.any(String) });
  expect((await getCharge(shop.tenantId, id)).status).toBe(404);

  const paid = { ...total, reference: shop.newKey() };
  expectProblem(await shop.pay(id, { ...paid, amount: total.amount - 1 }), 'wrong_amount');
  expectProblem(await shop.pay(id, { ...paid, currency: 'USD' }), 'wrong_amount');
  const key = randomUUID();
  const answers = await Promise.all([1, 2, 3].map(() => shop.pay(id, paid, key)));
  for (const answer of answers) expect(answer).toMatchObject({ status: 201, body: { status: 'confirmed' } });
  expect(answers).toSatisfy(haveOneFirst);
  const { amount, currency, reference } = paid;
  const rewritten = `{ "reference": "${reference}", "currency": "${currency}", "amount": ${amount}.0 }`;
  const again = await shop.pay(id, rewritten, key);
  expect(again).toMatchObject({ status: 201, body: { status: 'confirmed', paid: { reference } } });
  expect(isReplay(again)).toBe(true);
  for (const other of [{ amount: amount + 1 }, { amount: 0 }, { currency: 'USD' }, { reference: 'bank transfer 8' }])
    expectProblem(await shop.pay(id, { ...paid, ...other }, key), 'key_reused');
  expectProblem(await shop.pay(id, paid), 'not_awaiting_payment');
});

test.concurrent('an order that is not paid in time is cancelled, and a late payment is refused', async () => {
  const { shop, waiting } = await openShopDuringOutage();
  const { id, total } = waiting;
  const cancelled = await waitForOrderEnd(
    shop,
    id,
    host.times.paymentDeadlineMs + 2 * host.limits.sweepMs + host.limits.orderMs,
  );
  expect(cancelled).toMatchObject({ status: 'cancelled', reason: 'payment_expired' });
  expectProblem(await shop.pay(id, { ...total, reference: 'too late' }), 'not_awaiting_payment');
});

test.concurrent('after the outage, one order probes the provider and orders are charged again', async () => {
  const { shop, firstOrder, waiting } = await openShopDuringOutage();
  await expectStatus(shop.cancel(waiting.id), 202);
  await expectStatus(setOutage(shop.tenantId, 0), 200);
  await pollUntil(
    host.times.breaker.openDurationMs + 3 * host.limits.orderMs,
    async () => {
      const { id } = await placeOrder(shop, [['mug', 1]]);
      const order = await pollUntil(
        host.limits.orderMs,
        () => readOrder(shop, id),
        ({ status }) => status !== 'placed',
      );
      return order.status;
    },
    (status) => status === 'confirmed',
  );
  await waitForStatus(shop, firstOrder.id, {
    status: 'confirmed',
    timeoutMs: host.times.maxStandstillMs * 2 + host.limits.sweepMs * 2 + host.limits.orderMs,
  });
  await waitForStatus(shop, waiting.id, { status: 'cancelled' });
});

test.concurrent('an order that awaits its payment can be cancelled, and its stock is released', async () => {
  const { shop, waiting } = await openShopDuringOutage();
  await expectStatus(shop.cancel(waiting.id), 202);
  expect(await waitForOrderEnd(shop, waiting.id)).toMatchObject({
    status: 'cancelled',
    reason: 'cancelled_by_customer',
  });
  const { sold } = await pollUntil(
    host.limits.orderMs,
    () => readStock(shop, 'mug'),
    ({ available, held }) => held !== undefined && available + held === 100,
  );
  expect(sold).toBe(0);
});

test.concurrent('an order that waits takes no other payment, and is charged by itself once the provider is back', async () => {
  const { shop, waiting } = await openShopDuringOutage(null);
  const { id, total } = waiting;
  expect(waiting).toMatchObject({ waiting: { until: null } });
  expect(waiting.instructions).toBeUndefined();
  expectProblem(await shop.pay(id, { ...total, reference: 'too early' }), 'not_awaiting_payment');
  await expectStatus(setOutage(shop.tenantId, 0), 200);
  // other orders show that the provider is back
  await pollUntil(
    host.times.breaker.openDurationMs + 4 * host.limits.sweepMs + 3 * host.limits.orderMs,
    async () => {
      await placeOrder(shop, [['mug', 1]]);
      return readOrder(shop, id);
    },
    ({ status }) => status === 'confirmed',
  );
  expect(await expectStatus(getCharge(shop.tenantId, id), 200)).toMatchObject({ captured: total.amount, refunded: 0 });
});

test.concurrent('an unpaid order gives way to one that needs its units, if its tenant wants that, and its customer gets a mail', async () => {
  const { shop } = await openShopDuringOutage(0, 0);
  // the latest orders of the outage may still take units, and may make others give way too
  await pollUntil(
    host.limits.orderMs,
    async () => {
      const { available } = await readStock(shop, 'mug');
      return available === 0 || (await shop.adjust('mug', { delta: -available, reason: 'counted' })).status === 201;
    },
    (isSoldOut) => isSoldOut,
  );
  const { id, total } = await placeOrder(shop, [['mug', 2]]);
  await waitForStatus(shop, id, { status: 'awaiting_payment', timeoutMs: 2 * host.limits.orderMs });
  const paid = await expectStatus(shop.pay(id, { ...total, reference: shop.newKey() }), 201);
  expect(paid).toMatchObject({ status: 'confirmed' });

  const [gaveWay] = await pollUntil(
    host.limits.orderMs,
    async () => (await expectStatus(shop.orders(), 200)).items.filter(({ reason }) => reason === 'gave_way'),
    ({ length }) => length > 0,
  );
  const unpaid = gaveWay?.id ?? '';
  expect(await waitForOrderEnd(shop, unpaid)).toMatchObject({ status: 'cancelled', reason: 'gave_way' });
  expectProblem(await shop.pay(unpaid, { ...total, reference: 'too late' }), 'not_awaiting_payment');
  const mail = await pollUntil(
    host.limits.orderMs,
    () => findMail(shop.tenantId, unpaid, 'cancelled'),
    (item) => item?.['status'] === 'sent',
  );
  expect(JSON.stringify(mail)).toContain('Please do not pay it any more');
});

test("an operator reads and replaces a tenant's policy", async () => {
  const { tenantId, key } = await openShop({});
  const defaults = { offlineAfterMinutes: 5, giveWayAfterMinutes: null };
  expect(await expectStatus(getPolicy(tenantId), 200)).toEqual(defaults);
  const policy = { offlineAfterMinutes: null, giveWayAfterMinutes: 4_320 };
  expect(await expectStatus(putPolicy(tenantId, policy), 200)).toEqual(policy);
  expect(await expectStatus(getPolicy(tenantId), 200)).toEqual(policy);
  for (const wrong of [
    {},
    { ...policy, offlineAfterMinutes: 4_321 },
    { ...policy, giveWayAfterMinutes: -1 },
    { ...policy, more: 1 },
  ])
    expectProblem(await putPolicy(tenantId, wrong), 'invalid_body');
  expectProblem(await getPolicy('absent'), 'tenant_not_found');
  expectProblem(await putPolicy('absent', policy), 'tenant_not_found');
  expectProblem(await getPolicy(tenantId, key), 'forbidden');
  expectProblem(await putPolicy(tenantId, policy, key), 'forbidden');
  expect(await expectStatus(getPolicy(tenantId), 200)).toEqual(policy);
});
