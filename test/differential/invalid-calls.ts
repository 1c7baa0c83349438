import fc from 'fast-check';
import { TABLE } from '../fixtures/dynamodb-target.ts';
import type { GeneratedCall } from './call.ts';
import { KEYS } from './values.ts';

const TableName = TABLE;
const [Key = {}, Other = {}] = KEYS;
const valueOne = { ':v': { N: '1' } };
const put = (attributes: object) => ({ operation: 'PutItem', input: { TableName, Item: { ...Key, ...attributes } } });
const update = (UpdateExpression: string, values?: object, more: object = {}) => {
  const input = { TableName, Key, UpdateExpression, ...(values && { ExpressionAttributeValues: values }), ...more };
  return { operation: 'UpdateItem', input };
};
const get = (input: object) => ({ operation: 'GetItem', input: { TableName, Key, ...input } });
const query = (KeyConditionExpression: string, more: object = {}) => ({
  operation: 'Query',
  input: { TableName, KeyConditionExpression, ExpressionAttributeValues: { ':v': { S: '@p' } }, ...more },
});
const transact = (...TransactItems: object[]) => ({ operation: 'TransactWriteItems', input: { TransactItems } });
const transactGet = (...gets: object[]) => ({
  operation: 'TransactGetItems',
  input: { TransactItems: gets.map((get) => ({ Get: { TableName, ...get } })) },
});
const unknownTable = { TableName: 'no-such-table' };

const UNKNOWN_TABLE: readonly GeneratedCall[] = [
  { operation: 'GetItem', input: { ...unknownTable, Key } },
  { operation: 'PutItem', input: { ...unknownTable, Item: Key } },
  { operation: 'UpdateItem', input: { ...unknownTable, Key } },
  { operation: 'DeleteItem', input: { ...unknownTable, Key } },
  { ...query('pk = :v', unknownTable) },
  { operation: 'BatchGetItem', input: { RequestItems: { 'no-such-table': { Keys: [Key] } } } },
  transact({ Put: { ...unknownTable, Item: Key } }),
  transactGet({ ...unknownTable, Key }),
];

const INVALID: readonly GeneratedCall[] = [
  put({ n: { N: 'one' } }),
  put({ n: { N: '1e126' } }),
  put({ ss: { SS: [] } }),
  put({ ss: { SS: ['a', 'a'] } }),
  put({ ns: { NS: ['1', '1.0'] } }),
  put({ listSk: { N: '1' } }),
  put({ listPk: { S: '' } }),
  put({ x: { S: 'a', N: '1' } }),
  put({ x: {} }),
  put({ sk: { S: '' } }),
  put({ pk: { N: '1' } }),
  { operation: 'PutItem', input: { TableName, Item: { pk: { S: '@p' } } } },
  update('SET sk = :v', valueOne),
  update('SET n = :v', { ...valueOne, ':w': { N: '2' } }),
  update('SET n = :w', valueOne),
  update('SET n = :v, n = :v', valueOne),
  update('SET status = :v', valueOne),
  update('n = :v', valueOne),
  update('ADD s :v', { ':v': { S: 'a' } }),
  update('REMOVE n', undefined, { ReturnValues: 'SOME' }),
  update('REMOVE n', undefined, { ConditionExpression: 'n ==' }),
  { operation: 'DeleteItem', input: { TableName, Key, ReturnValues: 'ALL_NEW' } },
  get({ Key: { pk: { S: '@p' } } }),
  get({ Key: { ...Key, n: { N: '1' } } }),
  get({ ProjectionExpression: 'n, n' }),
  query('sk = :v'),
  query('pk > :v'),
  query('pk = :v', { Limit: 0 }),
  query('team = :v', { IndexName: 'ranked', ConsistentRead: true }),
  query('pk = :v', { FilterExpression: 'sk = :v' }),
  query('team = :v', { IndexName: 'ranked', FilterExpression: 'held = :v' }),
  { operation: 'BatchGetItem', input: { RequestItems: { [TABLE]: { Keys: [Key, Key] } } } },
  { operation: 'BatchGetItem', input: { RequestItems: {} } },
  transact({ Put: { TableName, Item: Key } }, { Delete: { TableName, Key } }),
  transact({ ConditionCheck: { TableName, Key } }),
  transact({ Delete: { TableName, Key }, Put: { TableName, Item: Other } }),
  transact(),
  transactGet({ Key }, { Key }),
  transactGet({ Key, ProjectionExpression: 'n, n' }),
  transactGet(),
];

/** A call that is invalid for any item. */
export const invalidCall: fc.Arbitrary<GeneratedCall> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...INVALID) },
  { weight: 1, arbitrary: fc.constantFrom(...UNKNOWN_TABLE) },
);
