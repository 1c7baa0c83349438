import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  ExecuteStatementCommand,
  GetCommand,
  PutCommand,
  paginateQuery,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, test } from 'vitest';
import type { TenantId } from '#platform/kernel';
import { SHARED_READ_KEYS } from '#platform/manifest';
import type { Clients, Runtime } from '#platform/runtime/runtime';
import { TABLE_NAME as TableName } from '../../fixtures/runtime.ts';
import { createTestTable } from '../../fixtures/table.ts';

const tenantId = 'a' as TenantId;
const keyOf = (pk: string) => ({ pk, sk: 'thing' });
const own = keyOf('things#a#thing#1');
const due = { duePk: 'due#things', dueSk: '2026#1' };
const outboxOf = (...tenants: readonly string[]) => ({
  v: 1,
  out: { v: 1, events: tenants.map((tenantId) => ({ id: 'e1', tenantId })) },
});

/** Keys that are not of tenant `a`. */
const FOREIGN = {
  'of another tenant': 'things#b#thing#1',
  'of a tenant whose id begins with this one': 'things#ab#thing#1',
  'of a tenant in upper case': 'things#A#thing#1',
  'of another tenant with this one behind': 'things#b#a#1',
  'with this tenant as its context': 'a#b#thing#1',
  'with an empty tenant': 'things##a#1',
  'without a context': '#a#thing#1',
  'of a tenant without an entity': 'things#a',
  'of another tenant without an entity': 'things#ab',
  'of a due list': 'due#a#thing',
  'that every function may read': SHARED_READ_KEYS[0],
  'that begins like one that every function may read': `${SHARED_READ_KEYS[0]}#a`,
  'without a tenant': 'things',
  empty: '',
} as const;

type Send = (rt: Runtime<keyof Clients>, pk: string) => Promise<unknown>;
const get: Send = (rt, pk) => rt.db.send(new GetCommand({ TableName, Key: keyOf(pk) }));
const query = (rt: Runtime<'db'>, input: Omit<QueryCommandInput, 'TableName'>) =>
  rt.db.send(new QueryCommand({ TableName, ...input }));
const update = (rt: Runtime<'db'>, input: Omit<UpdateCommandInput, 'TableName' | 'Key'>, Key = own) =>
  rt.db.send(new UpdateCommand({ TableName, Key, ...input }));
const transact = (rt: Runtime<'db'>, ...TransactItems: NonNullable<TransactWriteCommandInput['TransactItems']>) =>
  rt.db.send(new TransactWriteCommand({ TransactItems }));
const putOwn = { Put: { TableName, Item: keyOf('things#a#thing#2') } };
const updateOf = (Key: typeof own) => ({
  Update: { TableName, Key, UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': 1 } },
});

/** Every place in which a command names a partition key. The rest of the command is of tenant `a`. */
const PLACES: Readonly<Record<string, Send>> = {
  'the key of a get': get,
  'a key of a batch': (rt, pk) =>
    rt.db.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [own, keyOf(pk)] } } })),
  'a key of a batch from another table': (rt, pk) =>
    rt.db.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [own] }, another: { Keys: [keyOf(pk)] } } })),
  'the partition of a query': (rt, pk) =>
    query(rt, { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } }),
  'the partition of a query of an index, by placeholders': (rt, pk) =>
    query(rt, {
      IndexName: 'list',
      KeyConditionExpression: '#list=:list AND begins_with(listSk, :own)',
      ExpressionAttributeNames: { '#list': 'listPk' },
      ExpressionAttributeValues: { ':list': pk, ':own': own.pk },
    }),
  'the key at which a query starts': (rt, pk) =>
    query(rt, {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': own.pk },
      ExclusiveStartKey: keyOf(pk),
    }),
  'the index key at which a query starts': (rt, pk) =>
    query(rt, {
      IndexName: 'list',
      KeyConditionExpression: 'listPk = :list',
      ExpressionAttributeValues: { ':list': own.pk },
      ExclusiveStartKey: { ...own, listPk: pk, listSk: '1' },
    }),
  'the partition of a paginated query': async (rt, pk) => {
    const input = { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
    for await (const page of paginateQuery({ client: rt.db }, input)) expect(page).toBeDefined();
  },
  'the key of a put item': (rt, pk) => rt.db.send(new PutCommand({ TableName, Item: keyOf(pk) })),
  'the list of a put item': (rt, pk) =>
    rt.db.send(new PutCommand({ TableName, Item: { ...own, listPk: pk, listSk: '1' } })),
  'the key of an update': (rt, pk) =>
    update(rt, { UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': 1 } }, keyOf(pk)),
  'the list that an update sets': (rt, pk) =>
    update(rt, { UpdateExpression: 'SET n = :pk, listPk = :pk', ExpressionAttributeValues: { ':pk': pk } }),
  'the list that an update sets by a placeholder': (rt, pk) =>
    update(rt, {
      UpdateExpression: 'SET #list=:pk',
      ExpressionAttributeNames: { '#list': 'listPk' },
      ExpressionAttributeValues: { ':pk': pk },
    }),
  'the key of a delete': (rt, pk) => rt.db.send(new DeleteCommand({ TableName, Key: keyOf(pk) })),
  'a put of a transaction': (rt, pk) => transact(rt, putOwn, { Put: { TableName, Item: keyOf(pk) } }),
  'the list of a put of a transaction': (rt, pk) =>
    transact(rt, { Put: { TableName, Item: { ...own, listPk: pk, listSk: '1' } } }),
  'an update of a transaction': (rt, pk) => transact(rt, putOwn, updateOf(keyOf(pk))),
  'a delete of a transaction': (rt, pk) => transact(rt, putOwn, { Delete: { TableName, Key: keyOf(pk) } }),
  'a check of a transaction': (rt, pk) =>
    transact(rt, putOwn, {
      ConditionCheck: { TableName, Key: keyOf(pk), ConditionExpression: 'attribute_not_exists(pk)' },
    }),
  'a get of a transaction': (rt, pk) =>
    rt.db.send(
      new TransactGetCommand({
        TransactItems: [{ Get: { TableName, Key: own } }, { Get: { TableName, Key: keyOf(pk) } }],
      }),
    ),
};

/** The few keys that are of another tenant's nowhere: a get may read what is shared. */
const isShared = (place: string, pk: string) =>
  place === 'the key of a get' && SHARED_READ_KEYS.some((shared) => shared === pk);

/** A table that a function of one tenant at a time uses. */
const openTable = () => createTestTable({ variables: { TENANTS: 'one' } });

const refusal = { name: 'ForeignKey' };
const expectRefused = async (send: Send, pk = '') => {
  const { rt, calls, metrics } = openTable();
  await expect(rt.tenants.run(tenantId, () => send(rt, pk))).rejects.toMatchObject(refusal);
  expect(calls).toEqual([]);
  // which wakes the person on call, whatever becomes of the work
  expect(metrics).toMatchObject([{ name: 'ForeignKeysRefused', value: 1, details: { function: 'test' } }]);
};

describe.each(Object.entries(PLACES))('%s', (place, send) => {
  test.each(Object.entries(FOREIGN).filter(([, pk]) => !isShared(place, pk)))('is refused %s', (_, pk) =>
    expectRefused(send, pk),
  );

  it('is refused as an attribute value, as another type, and without a tenant', async () => {
    await expectRefused((rt, pk) => send(rt, [pk] as unknown as string), own.pk);
    await expectRefused((rt, pk) => send(rt, { S: pk } as unknown as string), own.pk);
    const { rt, calls } = openTable();
    await expect(send(rt, own.pk)).rejects.toMatchObject(refusal);
    for (const none of [undefined, '', 'a#thing'] as (TenantId | undefined)[])
      for (const pk of [own.pk, FOREIGN['with an empty tenant']])
        await expect(rt.tenants.run(none, () => send(rt, pk))).rejects.toMatchObject(refusal);
    expect(calls).toEqual([]);
  });

  it('is allowed of the tenant, and of all tenants in a function that works for all of them, outside any tenant', async () => {
    // the table itself may refuse such a call for another reason
    const isSent = async (rt: Runtime<keyof Clients>, pk: string) =>
      send(rt, pk).then(
        () => true,
        (error: Error) => error.name !== refusal.name,
      );
    const one = openTable();
    expect(await one.rt.tenants.run(tenantId, () => isSent(one.rt, own.pk))).toBe(true);
    const all = createTestTable();
    expect(await isSent(all.rt, FOREIGN['of another tenant'])).toBe(true);
    expect(await all.rt.tenants.run(tenantId, () => isSent(all.rt, FOREIGN['of another tenant']))).toBe(false);
  });
});

describe('an item', () => {
  const put =
    (attributes: object): Send =>
    (rt) =>
      rt.db.send(new PutCommand({ TableName, Item: { ...own, ...attributes } }));

  it('may be due, and carry events of its tenant', async () => {
    const { rt, calls } = openTable();
    await rt.tenants.run(tenantId, () => put({ ...due, ...outboxOf('a', 'a') })(rt, ''));
    await rt.tenants.run(tenantId, () => put({ duePk: own.pk, dueSk: '1' })(rt, ''));
    expect(calls).toHaveLength(2);
  });

  test.each([
    ['an event of another tenant', outboxOf('a', 'b')],
    ['an event without a tenant', { out: { v: 1, events: [{}] } }],
    ['an outbox of another form', { out: 'x' }],
    ['a due list of another tenant', { duePk: 'things#b#due', dueSk: '1' }],
    ['a list that is due', { listPk: due.duePk, listSk: '1' }],
  ])('may not have %s', (_, attributes) => expectRefused(put(attributes)));
});

describe('an update', () => {
  const values = { ':own': own.pk, ':due': due.duePk, ':foreign': 'things#b#list#0', ':n': 1 };
  const updateBy =
    (UpdateExpression: string, names?: Readonly<Record<string, string>>): Send =>
    (rt) =>
      update(rt, {
        UpdateExpression,
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(values).filter(([name]) => UpdateExpression.includes(name)),
        ),
        ...(names && { ExpressionAttributeNames: names }),
      });

  test.each([
    'SET listPk = :own, listSk = :own',
    'SET duePk = :due, dueSk = :own ADD n :n',
    'ADD n :n',
    'SET n = :n REMOVE listPk, listSk',
    'REMOVE duePk, dueSk SET n = :n',
  ])('may %s', async (expression) => {
    const { rt, calls } = openTable();
    await rt.tenants.run(tenantId, () => updateBy(expression)(rt, ''));
    expect(calls).toHaveLength(1);
  });

  test.each([
    'SET listPk = :own, duePk = :foreign',
    'SET listPk = if_not_exists(listPk, :foreign)',
    'SET listPk = other',
    'REMOVE n SET listPk = other',
    'REMOVE n ADD listPk :n',
    'SET out = :n',
  ])('may not %s', (expression) => expectRefused(updateBy(expression)));

  it('may not set an index key under another name, or in the way of before there were expressions', async () => {
    await expectRefused(updateBy('SET #x = if_not_exists(n, :foreign)', { '#x': 'listPk' }));
    await expectRefused(updateBy('SET #remove = :n, listPk = other', { '#remove': 'n' }));
    await expectRefused((rt) => update(rt, { AttributeUpdates: { listPk: { Action: 'PUT', Value: 'x' } } }));
  });
});

describe('a query', () => {
  const queryBy =
    (KeyConditionExpression: string | undefined, more: object = {}): Send =>
    (rt) =>
      query(rt, { KeyConditionExpression, ExpressionAttributeValues: { ':own': own.pk, ':x': '1' }, ...more });

  test.each([
    ['whose condition is of another form', ':own = pk', {}],
    ['whose condition has no equality', 'begins_with(pk, :own)', {}],
    ['whose condition names the partition twice', 'pk = :own AND pk = :own', {}],
    ['without a condition', undefined, {}],
    ['of an unknown index', 'pk = :own', { IndexName: 'other' }],
    ["of an index by the table's key", 'pk = :own', { IndexName: 'list' }],
    ['with a value that is missing', 'pk = :missing', {}],
    ['with a name that is missing', '#pk = :own', {}],
    ['that starts at no key of its index', 'listPk = :own', { IndexName: 'list', ExclusiveStartKey: own }],
    [
      'in the way of before there were expressions',
      undefined,
      { KeyConditions: { pk: { ComparisonOperator: 'EQ', AttributeValueList: [own.pk] } } },
    ],
  ])('%s is refused', (_, condition, more) => expectRefused(queryBy(condition, more)));
});

describe('a command', () => {
  const Item = { pk: { S: own.pk }, sk: { S: own.sk } };
  test.each<[string, Send]>([
    ['scan', (rt) => rt.db.send(new ScanCommand({ TableName }))],
    ['statement', (rt) => rt.db.send(new ExecuteStatementCommand({ Statement: `SELECT * FROM "${TableName}"` }))],
    [
      'batch of writes',
      (rt) => rt.db.send(new BatchWriteCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: own } }] } })),
    ],
    ['put of the client below', (rt) => rt.db.send(new PutItemCommand({ TableName, Item }))],
    ['get of the client below', (rt) => rt.db.send(new GetItemCommand({ TableName, Key: Item }))],
    ['batch without keys', (rt) => rt.db.send(new BatchGetCommand({ RequestItems: {} }))],
    ['transaction without parts', (rt) => transact(rt)],
    [
      'transaction with a part of another kind',
      (rt) => transact(rt, putOwn, { Merge: { TableName, Key: own } } as object),
    ],
  ])('that the guard does not know is refused: a %s', (_, send) => expectRefused(send));
});

it('lets every function read what is shared, also without a tenant, and nobody write it', async () => {
  const { rt, calls } = openTable();
  for (const shared of SHARED_READ_KEYS) {
    await get(rt, shared);
    await rt.tenants.run(tenantId, () => get(rt, shared));
    await expectRefused((rt, pk) => rt.db.send(new PutCommand({ TableName, Item: keyOf(pk) })), shared);
  }
  expect(calls).toHaveLength(2 * SHARED_READ_KEYS.length);
});

it('names the function, the command and the place, and neither a tenant nor a key', async () => {
  const { rt } = openTable();
  const put = new PutCommand({ TableName, Item: { ...own, listPk: 'things#secret#list#ada@example.com' } });
  await expect(rt.tenants.run(tenantId, () => rt.db.send(put))).rejects.toThrow(
    /^test may not use the listPk of its PutItemCommand: it is of another tenant$/,
  );
  await expect(rt.db.send(put)).rejects.toThrow(/^test may not use the Item of its PutItemCommand: no tenant is set$/);
});
