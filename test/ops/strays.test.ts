import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { createHost, type Host } from '../../embedded/host/host.ts';
import { type HttpServer, listen } from '../../embedded/host/server.ts';
import { toEnvironment } from '../fixtures/aws-call.ts';
import { secrets } from '../fixtures/secrets.ts';

const TABLE = { TableName: 'breakwater-dev' };
let server: HttpServer;
let host: Host;

beforeAll(async () => {
  server = await listen(0);
  host = createHost({ contexts, secrets, origin: server.origin });
  server.serve(host);
});
afterAll(async () => {
  await server.close();
  host.close();
});

const put = async (item: object) => {
  const body = JSON.stringify({ ...TABLE, Item: marshall(item) });
  expect((await host.callAws({ target: 'DynamoDB_20120810.PutItem', body })).status).toBe(200);
};
const putStray = (key: string) =>
  put({
    ...{ pk: `payments#demo#stray#${key}`, sk: 'stray', listPk: 'payments#demo#strays#0', listSk: key },
    ...{ tenantId: 'demo', key, currency: 'EUR', captured: 900, refunded: 0, at: '2026-11-01T00:00:00.000Z' },
  });
const listStrays = () =>
  new Promise<readonly string[]>((resolve, reject) => {
    const script = fileURLToPath(new URL('../../ops/ops.ts', import.meta.url));
    const env = { PATH: process.env['PATH'], ...toEnvironment(server.credential) };
    const args = [script, 'strays', '--endpoint', server.origin, '--tenant', 'demo'];
    execFile(process.execPath, args, { env }, (error, stdout) =>
      error
        ? reject(error)
        : resolve(
            stdout
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line).key),
          ),
    );
  });

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
