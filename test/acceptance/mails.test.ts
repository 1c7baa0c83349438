import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { host, queueNames } from './host.ts';
import { pollUntil } from './poll.ts';
import { openShop, placeOrder, waitForOrderEnd } from './shop.ts';

const table = DynamoDBDocumentClient.from(new DynamoDBClient(host.aws));

/** The mail of a stage that sends none, which keeps it in the item of its delivery. */
const findMail = async (tenantId: string, orderId: string, kind: string) => {
  const Key = { pk: `notifications#${tenantId}#delivery#${orderId}.${kind}`, sk: 'delivery' };
  return (await table.send(new GetCommand({ TableName: queueNames.table, Key, ConsistentRead: true }))).Item;
};

test.each([
  ['confirmed', 'tok_ok'],
  ['cancelled', 'tok_declined'],
])('the customer of an order that was %s gets a mail', async (kind, token) => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placeOrder(shop, [['mug', 2]], token);
  expect(await waitForOrderEnd(shop, id)).toMatchObject({ status: kind });
  const delivery = await pollUntil(
    host.limits.orderMs,
    () => findMail(shop.tenantId, id, kind),
    (item) => item?.['status'] === 'sent',
  );
  expect(JSON.stringify(delivery)).toContain('ada@example.com');
  expect(JSON.stringify(delivery)).toContain(id);
});
