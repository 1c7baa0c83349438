import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedHost, serveHost } from '../fixtures/served-host.ts';

const TABLE = { TableName: 'breakwater-dev' };
let served: ServedHost;

beforeAll(async () => {
  served = await serveHost();
});
afterAll(() => served.close());

const put = async (item: object) => {
  const body = JSON.stringify({ ...TABLE, Item: marshall(item) });
  expect((await served.host.callAws({ target: 'DynamoDB_20120810.PutItem', body })).status).toBe(200);
};
const putStray = (key: string) =>
  put({
    ...{ pk: `payments#demo#stray#${key}`, sk: 'stray', listPk: 'payments#demo#strays#0', listSk: key },
    ...{ tenantId: 'demo', key, currency: 'EUR', captured: 900, refunded: 0, at: '2026-11-01T00:00:00.000Z' },
  });
const listStrays = async () => {
  const { stdout } = await served.run('ops/ops.ts', 'strays', '--endpoint', served.origin, '--tenant', 'demo');
  const lines = stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line).key);
};

it('leaves out a capture that an order has taken over, so that nobody refunds it by hand', async () => {
  for (const key of ['demo.o1', 'demo.o2', 'demo.o2.2', 'demo.o2.5']) await putStray(key);
  await put({
    pk: 'payments#demo#attempt#o2',
    sk: 'attempt',
    attempts: [
      { n: 1, key: 'demo.o2', status: 'captured', captured: 900 },
      { n: 2, key: 'demo.o2.2', status: 'settled', captured: 0 },
    ],
  });
  // the second attempt does not know of its capture, so nothing gives it back
  expect(await listStrays()).toEqual(['demo.o1', 'demo.o2.2', 'demo.o2.5']);
});
