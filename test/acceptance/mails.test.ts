import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { host, queueNames } from './host.ts';
import { until } from './poll.ts';
import { openShop, orderEnded, placed } from './shop.ts';

const table = DynamoDBDocumentClient.from(new DynamoDBClient(host.aws));

/** What a stage without real mail keeps of one: it lies with its delivery. */
const mailOf = async (tenantId: string, orderId: string, kind: string) => {
  const Key = { pk: `notifications#${tenantId}#delivery#${orderId}.${kind}`, sk: 'delivery' };
  return (await table.send(new GetCommand({ TableName: queueNames.table, Key, ConsistentRead: true }))).Item;
};

test.each([
  ['confirmed', 'tok_ok'],
  ['cancelled', 'tok_declined'],
])('the customer of an order that was %s is told', async (kind, token) => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placed(shop, [['mug', 2]], token);
  expect(await orderEnded(shop, id)).toMatchObject({ status: kind });
  const delivery = await until(
    host.limits.orderMs,
    () => mailOf(shop.tenantId, id, kind),
    (item) => item?.['status'] === 'sent',
  );
  expect(JSON.stringify(delivery)).toContain('ada@example.com');
  expect(JSON.stringify(delivery)).toContain(id);
});
