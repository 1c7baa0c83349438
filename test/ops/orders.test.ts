import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Pause } from '#orders/domain/pause';
import { orderKey, orderShard, pauseKey } from '#orders/table/keys';
import { addMs, type OrderId } from '#platform/kernel';
import { MAX_LIST_SHARDS } from '#platform/runtime/times';
import { anOfflineOrder, aWaitingOrder, tenantId } from '../fixtures/order.ts';
import { type ServedHost, serveHost } from '../fixtures/served-host.ts';

const MINUTE = 60_000;
const now = new Date().toISOString();
const offline = anOfflineOrder({
  deadline: addMs(now, 60 * MINUTE),
  history: [{ at: addMs(now, -30 * MINUTE), status: 'awaiting_payment' }],
});
let served: ServedHost;

beforeAll(async () => {
  served = await serveHost({ scheduleIntervalMs: () => 3_600_000 });
  // in two shards of the list, of which the command knows nothing
  for (const order of [offline, aWaitingOrder({ id: 'o2' as OrderId, listShard: MAX_LIST_SHARDS - 1 })])
    await put({
      ...orderKey(tenantId, order.id),
      listPk: orderShard(tenantId, order.listShard),
      listSk: order.id,
      ...order,
    });
});
afterAll(() => served.close());

const put = async (item: object) => {
  const body = JSON.stringify({ TableName: 'breakwater-dev', Item: marshall(item) });
  expect((await served.host.callAws({ target: 'DynamoDB_20120810.PutItem', body })).status).toBe(200);
};
const setPauses = (pauses: readonly Pause[]) => put({ ...pauseKey, pauses, v: 1 });
const listDeadlines = async (): Promise<Readonly<Record<string, string | undefined>>> => {
  const options = ['--endpoint', served.origin, '--tenant', tenantId, '--status', 'awaiting_payment'];
  const { stdout } = await served.run('ops/ops.ts', 'orders', ...options);
  const orders = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return Object.fromEntries(orders.map(({ id, deadline }) => [id, deadline]));
};

it('shows the deadline that holds, extended by the pauses', async () => {
  expect(await listDeadlines()).toStrictEqual({ o1: offline.deadline, o2: undefined });
  const ended = { from: addMs(now, -10 * MINUTE), until: addMs(now, -7 * MINUTE), reason: 'incident' };
  await setPauses([ended]);
  expect(await listDeadlines()).toStrictEqual({ o1: addMs(offline.deadline as string, 3 * MINUTE), o2: undefined });
});
