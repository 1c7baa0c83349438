import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { NOTICE_KINDS } from '#notifications/contract';
import { blockedAddressKeyOf } from '#notifications/table/blocked-address-table';
import { DIGEST_KEY } from '#notifications/table/digest';
import { deliveryKey } from '#notifications/table/keys';
import { orderKey } from '#orders/table/keys';
import type { OrderId, TenantId } from '#platform/kernel';
import { type Account, getSecret } from './account.ts';

type OrderOptions = { readonly tenantId: string; readonly orderId: string };

const toTable = ({ names, clientOptions }: Account) => {
  const db = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions));
  return {
    find: async (Key: object) =>
      (await db.send(new GetCommand({ TableName: names.table, Key: { ...Key }, ConsistentRead: true }))).Item,
    /** Returns what was deleted. */
    remove: async (Key: object) =>
      (await db.send(new DeleteCommand({ TableName: names.table, Key: { ...Key }, ReturnValues: 'ALL_OLD' })))
        .Attributes,
  };
};

/** The key of the order's customer's address among the blocked ones; undefined without such an order. Nobody has to write the address. */
const findBlockedKey = async (account: Account, { tenantId, orderId }: OrderOptions) => {
  const order = await toTable(account).find(orderKey(tenantId as TenantId, orderId as OrderId));
  if (!order) return undefined;
  const { email } = order['customer'] as { readonly email: string };
  return blockedAddressKeyOf(await getSecret(account, DIGEST_KEY), { tenantId: tenantId as TenantId, email });
};

const linesOf = (item: object | undefined, names: readonly string[]): readonly string[] =>
  item ? [JSON.stringify(Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name))))] : [];

/** What became of an order's mails, and whether its customer's address is blocked, each a line of JSON without the address. */
export const listMails = async (account: Account, options: OrderOptions): Promise<readonly string[]> => {
  const table = toTable(account);
  const [tenantId, orderId] = [options.tenantId as TenantId, options.orderId as OrderId];
  const deliveries = await Promise.all(
    NOTICE_KINDS.map((kind) => table.find(deliveryKey({ tenantId, orderId, kind }))),
  );
  const blockedKey = await findBlockedKey(account, options);
  const blocked = blockedKey && (await table.find(blockedKey));
  const shown = [
    'kind',
    'status',
    'leasedUntil',
    'sentAt',
    'bouncedAt',
    'bounce',
    'complainedAt',
    'withheldAt',
    'because',
  ];
  return [
    ...deliveries.flatMap((delivery) => linesOf(delivery, shown)),
    ...linesOf(blocked && { address: 'blocked', ...blocked }, ['address', 'because', 'blockedAt']),
  ];
};

/** Lets the tenant's mails to the customer of this order be sent again. Those that were withheld are not. */
export const unblockAddress = async (account: Account, options: OrderOptions): Promise<readonly string[]> => {
  const blockedKey = await findBlockedKey(account, options);
  const removed = blockedKey && (await toTable(account).remove(blockedKey));
  return removed ? [`the address is unblocked; it had ${removed['because']}`] : [];
};
