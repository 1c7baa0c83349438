import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { getOrder, listOrders } from '#orders/http/read';
import { findOrderForCustomer } from '#orders/public';
import { pauseKey } from '#orders/table/keys';
import { orderTable } from '#orders/table/order-table';
import { addMs, type OrderId } from '#platform/kernel';
import { anOfflineOrder, anOrder, at, aWaitingOrder, id, tenantId } from '../fixtures/order.ts';
import { TABLE_NAME } from '../fixtures/runtime.ts';
import { createTestTable } from '../fixtures/table.ts';

const MINUTE = 60_000;
const offline = anOfflineOrder();
const extended = addMs(offline.deadline as string, 2 * MINUTE);
/** Ended before the clock of the test, which starts at `at`. */
const since = addMs(at, -60 * MINUTE);
const pauses = [{ from: addMs(since, MINUTE), until: addMs(since, 3 * MINUTE), reason: 'incident' }];

type Get = { readonly Key: { readonly pk: { readonly S: string } }; readonly ConsistentRead?: boolean };

/** A table with an order and a pause of two minutes. `pauseReads` says of each read of the pauses whether it was a strong one. */
const createBackend = async (order = offline) => {
  const pauseReads: boolean[] = [];
  const { rt } = createTestTable({
    intercept: (operation, name) => (input, caller) => {
      const { Key, ConsistentRead = false } = input as Get;
      if (name === 'GetItem' && Key.pk.S === pauseKey.pk) pauseReads.push(ConsistentRead);
      return operation(input, caller);
    },
  });
  await orderTable(rt).putIfAbsent({ ...order, history: order.history.map((entry) => ({ ...entry, at: since })) });
  await rt.db.send(new PutCommand({ TableName: TABLE_NAME, Item: { ...pauseKey, pauses, v: 1 } }));
  const input = { tenantId, params: { id }, query: { limit: 10 } } as never;
  return {
    pauseReads,
    read: async () => ((await getOrder(rt)(input)) as { readonly body: Shown }).body,
    list: async () =>
      ((await listOrders(rt)(input)) as { readonly body: { readonly items: readonly Shown[] } }).body.items,
    forMail: () => findOrderForCustomer(rt)(tenantId, id),
    forMailOfAnother: () => findOrderForCustomer(rt)(tenantId, 'o9' as OrderId),
  };
};
type Shown = { readonly id: string; readonly instructions?: { readonly deadline: string } };

describe('an order that is offline', () => {
  it('shows the deadline that holds, alone and in the list, with one read of the pauses that need not be strong', async () => {
    const { read, list, pauseReads } = await createBackend();
    expect(await read()).toMatchObject({ id, instructions: { deadline: extended } });
    expect(pauseReads).toEqual([false]);
    expect(await list()).toMatchObject([{ id, instructions: { deadline: extended } }]);
    expect(pauseReads).toEqual([false, false]);
  });

  it('has the deadline that holds in the mail to its customer', async () => {
    const { forMail, forMailOfAnother } = await createBackend();
    expect(await forMail()).toMatchObject({ status: 'awaiting_payment', deadline: extended });
    expect(await forMailOfAnother()).toBeUndefined();
  });
});

it.each([
  ['placed', anOrder()],
  ['waiting for the provider', aWaitingOrder()],
  ['confirmed', anOrder({ status: 'confirmed' })],
])('an order that is %s costs no read of the pauses', async (_, order) => {
  const { read, list, forMail, pauseReads } = await createBackend(order);
  expect((await read()).instructions).toBeUndefined();
  await list();
  expect((await forMail())?.deadline).toBeUndefined();
  expect(pauseReads).toEqual([]);
});
