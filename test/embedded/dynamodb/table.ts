import {
  type DynamoDbOptions,
  dynamoDb,
  type Observed,
  type TableDefinition,
} from '../../../embedded/dynamodb/dynamodb.ts';
import type { Caller, Clock } from '../../../embedded/service.ts';

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

/** A clock that stands until it is told to go on; `pass` lets what is due run and what waits on that go on. */
export const stoppedClock = (): Clock & { readonly pass: (ms: number) => Promise<void> } => {
  let now = Date.UTC(2026, 0, 1);
  let due: { readonly at: number; readonly task: () => void }[] = [];
  return {
    now: () => now,
    after(ms, task) {
      const timer = { at: now + ms, task };
      due.push(timer);
      return () => {
        due = due.filter((other) => other !== timer);
      };
    },
    async pass(ms) {
      now += ms;
      const ready = due.filter(({ at }) => at <= now);
      due = due.filter(({ at }) => at > now);
      for (const { task } of ready) task();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

export const key = (pk: string) => ({ pk: { S: pk }, sk: { S: '-' } });

/** A table of its own, called as the wire does it, and all that it was observed to do. */
export const open = (options: Partial<DynamoDbOptions> = {}, caller: Caller = { name: 'test' }) => {
  const clock = stoppedClock();
  const seen: Observed[] = [];
  const service = dynamoDb([definition], { clock, observe: (call) => seen.push(call), ...options });
  const call = async (operation: string, input: object, by = caller) => {
    const shared = operation.startsWith('Transact') || operation.startsWith('Batch') ? {} : { TableName };
    // as it would be off the wire
    return JSON.parse(JSON.stringify(await service.operations[operation]?.({ ...shared, ...input }, by)));
  };
  const part = (kind: string, input: object) => ({ [kind]: { TableName, ...input } });
  const transact = async (...TransactItems: object[]) => {
    const [answer] = await Promise.all([call('TransactWriteItems', { TransactItems }), clock.pass(0)]);
    return answer;
  };
  const put = (pk: string, more: object = {}) => call('PutItem', { Item: { ...key(pk), ...more } });
  const get = (pk: string) => call('GetItem', { Key: key(pk), ConsistentRead: true });
  return { service, clock, seen, call, part, transact, put, get, TableName };
};
