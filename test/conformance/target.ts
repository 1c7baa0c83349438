import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { machineClock } from '../../embedded/clock.ts';
import { dynamoDb, type TableDefinition } from '../../embedded/dynamodb/dynamodb.ts';
import { requestHandler } from '../../embedded/sdk.ts';

/** Another name in each process, for all of them may share one DynamoDB. */
export const TABLE = `conformance-${process.pid}-${Date.now()}`;

const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
const keys = (hash: string, range?: string): TableDefinition['KeySchema'] => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range ? [{ AttributeName: range, KeyType: 'RANGE' as const }] : []),
];

/** One index of each projection; `ranked` is ordered by a number. */
export const definition: TableDefinition = {
  TableName: TABLE,
  AttributeDefinitions: [
    ...['pk', 'sk', 'listPk', 'listSk', 'team'].map(string),
    { AttributeName: 'points', AttributeType: 'N' },
  ],
  KeySchema: keys('pk', 'sk'),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'list',
      KeySchema: keys('listPk', 'listSk'),
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['held'] },
    },
    { IndexName: 'ranked', KeySchema: keys('team', 'points'), Projection: { ProjectionType: 'KEYS_ONLY' } },
    { IndexName: 'teams', KeySchema: keys('team'), Projection: { ProjectionType: 'ALL' } },
  ],
};

export type Clients = { readonly client: DynamoDBClient; readonly document: DynamoDBDocumentClient };
export type Target = Clients & { readonly stop: () => Promise<unknown> };

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const clients = (config: DynamoDBClientConfig): Clients => {
  const client = new DynamoDBClient({ region: 'us-east-1', credentials, ...config });
  return { client, document: DynamoDBDocumentClient.from(client) };
};

/** The DynamoDB at CONFORMANCE_ENDPOINT or, by default, the embedded host's. Nothing else tells the two apart. */
export const start = async (): Promise<Target> => {
  const endpoint = process.env['CONFORMANCE_ENDPOINT'];
  if (!endpoint) {
    const services = [dynamoDb([definition], { clock: machineClock })];
    return { ...clients({ requestHandler: requestHandler(services, { name: 'conformance' }) }), stop: async () => {} };
  }
  const remote = clients({ endpoint });
  await remote.client.send(new CreateTableCommand({ ...definition, BillingMode: 'PAY_PER_REQUEST' }));
  await waitUntilTableExists({ client: remote.client, maxWaitTime: 30 }, { TableName: TABLE });
  return { ...remote, stop: () => remote.client.send(new DeleteTableCommand({ TableName: TABLE })) };
};
