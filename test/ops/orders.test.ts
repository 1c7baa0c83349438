import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contexts } from '#contexts';
import type { Pause } from '#orders/domain/pause';
import { orderKey, orderShard, pauseKey } from '#orders/table/keys';
import { addMs, type OrderId } from '#platform/kernel';
import { MAX_LIST_SHARDS } from '#platform/runtime/times';
import { createHost, type Host } from '../../embedded/host/host.ts';
import { type HttpServer, listen } from '../../embedded/host/server.ts';
import { toEnvironment } from '../fixtures/aws-call.ts';
import { anOfflineOrder, aWaitingOrder, tenantId } from '../fixtures/order.ts';
import { secrets } from '../fixtures/secrets.ts';

const MINUTE = 60_000;
const now = new Date().toISOString();
const offline = anOfflineOrder({
  deadline: addMs(now, 60 * MINUTE),
  history: [{ at: addMs(now, -30 * MINUTE), status: 'awaiting_payment' }],
});
let server: HttpServer;
let host: Host;

beforeAll(async () => {
  server = await listen(0);
  host = createHost({ contexts, secrets, origin: server.origin, scheduleIntervalMs: () => 3_600_000 });
  server.serve(host);
  // in two shards of the list, of which the command knows nothing
  for (const order of [offline, aWaitingOrder({ id: 'o2' as OrderId, listShard: MAX_LIST_SHARDS - 1 })])
    await put({
      ...orderKey(tenantId, order.id),
      listPk: orderShard(tenantId, order.listShard),
      listSk: order.id,
      ...order,
    });
});
afterAll(async () => {
  await server.close();
  host.close();
});

const put = async (item: object) => {
  const body = JSON.stringify({ TableName: 'breakwater-dev', Item: marshall(item) });
  expect((await host.callAws({ target: 'DynamoDB_20120810.PutItem', body })).status).toBe(200);
};
const setPauses = (pauses: readonly Pause[]) => put({ ...pauseKey, pauses, v: 1 });
const listDeadlines = () =>
  new Promise<Readonly<Record<string, string | undefined>>>((resolve, reject) => {
    const script = fileURLToPath(new URL('../../ops/ops.ts', import.meta.url));
    const env = { PATH: process.env['PATH'], ...toEnvironment(server.credential) };
    const args = [script, 'orders', '--endpoint', server.origin, '--tenant', tenantId, '--status', 'awaiting_payment'];
    execFile(process.execPath, args, { env }, (error, stdout) => {
      if (error) return reject(error);
      const orders = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      resolve(Object.fromEntries(orders.map(({ id, deadline }) => [id, deadline])));
    });
  });

it('shows the deadline that holds, extended by the pauses', async () => {
  expect(await listDeadlines()).toStrictEqual({ o1: offline.deadline, o2: undefined });
  const ended = { from: addMs(now, -10 * MINUTE), until: addMs(now, -7 * MINUTE), reason: 'incident' };
  await setPauses([ended]);
  expect(await listDeadlines()).toStrictEqual({ o1: addMs(offline.deadline as string, 3 * MINUTE), o2: undefined });
});
