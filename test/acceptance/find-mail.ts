import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { host, queueNames } from './host.ts';

const table = DynamoDBDocumentClient.from(new DynamoDBClient(host.aws));

/** The mail of a stage that sends none, which keeps it in the item of its delivery. */
export const findMail = async (tenantId: string, orderId: string, kind: string) => {
  const Key = { pk: `notifications#${tenantId}#delivery#${orderId}.${kind}`, sk: 'delivery' };
  return (await table.send(new GetCommand({ TableName: queueNames.table, Key, ConsistentRead: true }))).Item;
};
