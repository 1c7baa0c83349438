import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../embedded/aws/clock.ts';
import { crashError } from '../../embedded/aws/lambda/function-error.ts';
import type { Clock } from '../../embedded/aws/service.ts';
import type { Host } from '../../embedded/host/host.ts';
import { seed, toApiKey } from '../../embedded/host/seed.ts';
import { type ServedHost, serveHost } from '../fixtures/served-host.ts';

const demo = { tenantId: 'demo', secret: '0123456789abcdef' };
const HOUR = 3_600_000;

type SentEvent = { readonly id: string; readonly type: string; readonly aggregateId: string };

let served: ServedHost;
let host: Host;
let bucket: string;
let relayFails = false;
let busFails = false;
let sent: SentEvent[] = [];
/** The host's time is ahead of the machine's by this much. */
let aheadMs = 0;
const clock: Clock = {
  now: () => systemClock.now() + aheadMs,
  setTimer: systemClock.setTimer,
};

const republish = (...args: readonly string[]) => served.run('ops/republish.ts', '--endpoint', served.origin, ...args);

const bucketName = async (): Promise<string> => {
  const body = JSON.stringify({ Name: '/breakwater/dev/given-up-bucket' });
  return JSON.parse((await host.callAws({ target: 'AmazonSSM.GetParameter', body })).json).Parameter.Value;
};
const listObjects = () => {
  const { body } = host.callS3({ method: 'GET', target: `/${bucket}?list-type=2` });
  return [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => key);
};
const waitUntil = async (isMet: () => boolean) => {
  while (!isMet()) await new Promise((resolve) => setTimeout(resolve, 20));
};

let orders = 0;
const placeOrder = async (): Promise<string> => {
  orders += 1;
  const response = await host.request({
    ...{ method: 'POST', target: '/v1/orders' },
    headers: Object.entries({ authorization: `Bearer ${toApiKey(demo)}`, 'idempotency-key': `order-${orders}` }),
    body: JSON.stringify({
      lines: [{ sku: 'mug', quantity: 1 }],
      customer: { email: 'ada@example.com' },
      payment: { token: 'tok_ok' },
    }),
  });
  return JSON.parse(response.body).id;
};
const statusOf = async (id: string): Promise<string> => {
  const headers: [string, string][] = [['authorization', `Bearer ${toApiKey(demo)}`]];
  return JSON.parse((await host.request({ method: 'GET', target: `/v1/orders/${id}`, headers, body: '' })).body).status;
};

/** The id that the write of the order gave its event. */
const storedEventId = async (id: string): Promise<string> => {
  const Key = { pk: { S: `orders#${demo.tenantId}#order#${id}` }, sk: { S: 'order' } };
  const body = JSON.stringify({ TableName: 'breakwater-dev', Key });
  const { json } = await host.callAws({ target: 'DynamoDB_20120810.GetItem', body });
  return JSON.parse(json).Item.out.M.events.L[0].M.id.S;
};

beforeAll(async () => {
  served = await serveHost({
    clock,
    // the sweeper would start the saga of an order without its event
    scheduleIntervalMs: () => 10 * HOUR,
    interceptors: {
      invoke: (id, _, proceed) => {
        if (id === 'relay-publish' && relayFails) throw crashError('the relay');
        return proceed();
      },
      call: ({ caller, operation, input }, proceed) => {
        if (operation !== 'PutEvents' || caller.name !== 'operator') return proceed(input);
        const { Entries } = input as { readonly Entries: readonly { readonly Detail: string }[] };
        if (busFails)
          return Promise.resolve({
            FailedEntryCount: 1,
            Entries: Entries.map(() => ({ ErrorCode: 'InternalFailure' })),
          });
        sent.push(...Entries.map(({ Detail }) => JSON.parse(Detail) as SentEvent));
        return proceed(input);
      },
    },
  });
  ({ host } = served);
  bucket = await bucketName();
  await host.loadFunctions();
  await seed(host, demo);
  await host.whenIdle();
});
afterAll(() => served.close());
beforeEach(() => {
  sent = [];
});

/** Places an order whose event the relay gives up. Returns the order's id. */
const placeLostOrder = async () => {
  relayFails = true;
  const before = listObjects().length;
  const id = await placeOrder();
  aheadMs += 23 * HOUR;
  await waitUntil(() => listObjects().length > before);
  relayFails = false;
  await host.whenIdle();
  return id;
};

describe('npm run republish -- --given-up', () => {
  it('finds nothing while the bucket is empty', async () => {
    expect(await republish('--given-up')).toEqual({
      status: 0,
      stdout: '0 objects read, 0 events published\n',
      stderr: '',
    });
  });

  it('publishes the events of the given-up records with their ids, and then removes their objects', async () => {
    const id = await placeLostOrder();
    const eventId = await storedEventId(id);
    expect(await statusOf(id)).toBe('placed');
    expect(listObjects()).toEqual([
      expect.stringMatching(/^aws\/lambda\/relay-publish\/shardId-\d\/\d{4}\/\d\d\/\d\d\//),
    ]);

    expect((await republish('--given-up', '--dry-run')).stdout).toBe('1 objects read, 1 events would be published\n');
    expect([sent, listObjects().length]).toEqual([[], 1]);

    expect((await republish('--given-up')).stdout).toBe('1 objects read, 1 events published\n');
    expect(sent).toMatchObject([{ id: eventId, type: 'OrderPlaced.v1', aggregateId: id }]);
    expect(listObjects()).toEqual([]);
    await host.whenIdle();
    expect(await statusOf(id)).toBe('confirmed');
    expect((await republish('--given-up')).stdout).toBe('0 objects read, 0 events published\n');
  });

  it('keeps an object until all of its events are published, and a repeat publishes the same events', async () => {
    const eventId = await storedEventId(await placeLostOrder());
    busFails = true;
    const failed = await republish('--given-up');
    busFails = false;
    expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining('run this command again')]);
    expect(listObjects()).toHaveLength(1);
    await republish('--given-up');
    expect(sent).toMatchObject([{ id: eventId }]);
    expect(listObjects()).toEqual([]);
    await host.whenIdle();
  });

  it('goes on past a record that can never be published, and names its object, which stays', async () => {
    relayFails = true;
    // one in every shard, so that one stands beside the order's record
    for (let n = 0; n < 32; n += 1) {
      const Item = { pk: { S: `orders#${n}` }, sk: { S: 'x' }, v: { N: '1' }, out: { M: { v: { N: '1' } } } };
      const put = JSON.stringify({ TableName: 'breakwater-dev', Item });
      await host.callAws({ target: 'DynamoDB_20120810.PutItem', body: put });
    }
    const id = await placeLostOrder();
    const stored = listObjects();
    const { status, stdout, stderr } = await republish('--given-up');
    await host.whenIdle();
    expect([status, await statusOf(id)]).toEqual([1, 'confirmed']);
    const kept = listObjects();
    expect([kept.length > 0, stdout]).toEqual([true, `${stored.length} objects read, 1 events published\n`]);
    for (const key of kept)
      expect(stderr).toContain(`${key}: a record cannot be published: not written by an aggregate`);
    for (const key of kept) host.callS3({ method: 'DELETE', target: `/${bucket}/${key}` });
  });

  it('reads only what was given up since a time', async () => {
    await placeLostOrder();
    const later = new Date(clock.now() + HOUR).toISOString();
    expect((await republish('--given-up', '--since', later)).stdout).toBe('0 objects read, 0 events published\n');
    const earlier = new Date(clock.now() - HOUR).toISOString();
    expect((await republish('--given-up', '--since', earlier)).stdout).toBe('1 objects read, 1 events published\n');
    await host.whenIdle();
  });
});

it.each([
  [[], /--since is missing/],
  [['--given-up', '--tenant', 'demo'], /--given-up takes neither --tenant nor --until/],
])('prints what is wrong and its usage: %j', async (args, message) => {
  const { status, stdout, stderr } = await republish(...args);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(message);
  expect(stderr).toContain('npm run republish -- --given-up');
});
