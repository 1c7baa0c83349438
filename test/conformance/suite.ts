import { PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  DeleteCommand,
  GetCommand,
  PutCommand,
  paginateScan,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, start, TABLE, type Target } from '../fixtures/dynamodb-target.ts';

/** One call and its expected outcome. */
export type Step = (clients: Clients) => Promise<void>;
type Attributes = Record<string, unknown>;

const TableName = TABLE;

const call = (send: (clients: Clients) => Promise<{ $metadata?: unknown }>) => ({
  /** The whole response. */
  returns:
    (response: object): Step =>
    async (clients) => {
      const { $metadata, ...actual } = await send(clients);
      expect(actual).toEqual(response);
    },
  fails:
    (name: string, message?: string, fields: object = {}): Step =>
    async (clients) => {
      const error = await send(clients).catch((caught) => caught);
      expect(error).toMatchObject({ name, ...fields });
      if (message) expect(error.message).toContain(message);
    },
});

export const key = (pk: string, sk = '-') => ({ pk, sk });

export const put = (Item: Attributes, more: object = {}) =>
  call(({ document }) => document.send(new PutCommand({ TableName, Item, ...more })));
export const get = (pk: string, more: object = {}) =>
  call(({ document }) => document.send(new GetCommand({ TableName, Key: key(pk), ConsistentRead: true, ...more })));
export const remove = (pk: string, more: object = {}) =>
  call(({ document }) => document.send(new DeleteCommand({ TableName, Key: key(pk), ...more })));

type UpdateMore = Partial<Omit<UpdateCommandInput, 'TableName'>> & { readonly values?: Attributes | undefined };
export const update = (pk: string, UpdateExpression: string | undefined, { values, ...more }: UpdateMore = {}) =>
  call(({ document }) => {
    const expression = { UpdateExpression, ExpressionAttributeValues: values, ReturnValues: 'ALL_NEW' as const };
    return document.send(new UpdateCommand({ TableName, Key: key(pk), ...expression, ...more }));
  });

export const query = (condition: string | undefined, values: Attributes, more: object = {}) =>
  call(({ document }) => {
    const expression = { KeyConditionExpression: condition, ExpressionAttributeValues: values };
    return document.send(new QueryCommand({ TableName, ...expression, ...more }));
  });

export const batchGet = (keys: object, more: Partial<BatchGetCommandInput> = {}) =>
  call(({ document }) => document.send(new BatchGetCommand({ RequestItems: { [TABLE]: keys as never }, ...more })));

type Kind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
const part = (kind: Kind) => (input: Attributes) => ({ [kind]: { TableName, ...input } });
export const parts = {
  put: (Item: Attributes, more: Attributes = {}) => part('Put')({ Item, ...more }),
  update: (
    pk: string,
    UpdateExpression: string,
    { values, ...more }: Attributes & { readonly values?: Attributes } = {},
  ) => part('Update')({ Key: key(pk), UpdateExpression, ExpressionAttributeValues: values, ...more }),
  remove: (pk: string, more: Attributes = {}) => part('Delete')({ Key: key(pk), ...more }),
  check: (pk: string, ConditionExpression: string, more: Attributes = {}) =>
    part('ConditionCheck')({ Key: key(pk), ConditionExpression, ...more }),
};
export const transact = (items: readonly object[], more: Partial<TransactWriteCommandInput> = {}) =>
  call(({ document }) => document.send(new TransactWriteCommand({ TransactItems: items as never, ...more })));
export const transactGet = (gets: readonly object[]) =>
  call(({ document }) => {
    const TransactItems = gets.map((input) => ({ Get: { TableName, ...input } })) as never;
    return document.send(new TransactGetCommand({ TransactItems }));
  });

/** Puts attribute values in their wire format, for those that a document client cannot send. */
export const putRaw = (attributes: object) =>
  call(({ client }) => {
    const Item = { pk: { S: 'a' }, sk: { S: '-' }, ...attributes } as PutItemCommandInput['Item'];
    return client.send(new PutItemCommand({ TableName, Item }));
  });

const clear = async ({ document }: Clients) => {
  const input = { TableName, ProjectionExpression: 'pk, sk' };
  for await (const { Items = [] } of paginateScan({ client: document }, input))
    for (const Key of Items) await document.send(new DeleteCommand({ TableName, Key }));
};

/** Runs each case on an empty table. */
export const conformance = (about: string, cases: Readonly<Record<string, readonly Step[]>>) =>
  describe(about, () => {
    let target: Target;
    beforeAll(async () => {
      target = await start();
    });
    afterEach(() => clear(target));
    afterAll(() => target.stop());
    for (const [name, steps] of Object.entries(cases))
      it(name, async () => {
        for (const step of steps) await step(target);
      });
  });
