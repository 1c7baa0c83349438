import {
  createDynamoDb,
  type DynamoDbOptions,
  type TableCall,
  type TableDefinition,
} from '../../../../embedded/aws/dynamodb/dynamodb.ts';
import type { Caller } from '../../../../embedded/aws/service.ts';
import { createVirtualClock } from '../../../../embedded/aws/virtual-clock.ts';

const TableName = 'the-table';

const definition: TableDefinition = {
  TableName,
  AttributeDefinitions: ['pk', 'sk', 'listPk', 'listSk'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'list',
      KeySchema: [
        { AttributeName: 'listPk', KeyType: 'HASH' },
        { AttributeName: 'listSk', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['held'] },
    },
  ],
};

export const key = (pk: string) => ({ pk: { S: pk }, sk: { S: '-' } });

/** Creates a table that is called in the wire format, and records its calls. */
export const openTable = (options: Partial<DynamoDbOptions> = {}, caller: Caller = { name: 'test' }) => {
  const clock = createVirtualClock();
  const calls: TableCall[] = [];
  const service = createDynamoDb([definition], { clock, onCall: (call) => calls.push(call), ...options });
  const call = async (operation: string, input: object, as = caller) => {
    const shared = operation.startsWith('Transact') || operation.startsWith('Batch') ? {} : { TableName };
    // JSON, as on the wire
    return JSON.parse(JSON.stringify(await service.operations[operation]?.({ ...shared, ...input }, as)));
  };
  const part = (kind: string, input: object) => ({ [kind]: { TableName, ...input } });
  const transact = async (...TransactItems: object[]) => {
    const [response] = await Promise.all([call('TransactWriteItems', { TransactItems }), clock.advance(0)]);
    return response;
  };
  const put = (pk: string, more: object = {}) => call('PutItem', { Item: { ...key(pk), ...more } });
  const get = (pk: string) => call('GetItem', { Key: key(pk), ConsistentRead: true });
  return { service, clock, calls, call, part, transact, put, get, TableName };
};
