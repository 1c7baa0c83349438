import { DescribeEventBusCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { DescribeStateMachineCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEvent, SQSEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import type { Manifest } from '#platform/manifest';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';
import type { TracedCall } from '../../../embedded/host/tracing.ts';
import { type Create, entries, openShop, shop } from './shop.ts';

it('carries a request through table, stream, bus, queue and workflow to its end, then is idle', async () => {
  const calls: TracedCall[] = [];
  const { host, request } = openShop({}, { trace: (call) => calls.push(call) });
  expect(await request({ method: 'POST', target: '/v1/sales/s1' })).toMatchObject({
    status: 200,
    json: { state: 'sold' },
  });
  await host.whenIdle();
  expect((await request({ method: 'GET', target: '/v1/sales/s1' })).json).toEqual({ state: 'shipped' });
  expect(host.executions()).toMatchObject([{ name: 's1', status: 'SUCCEEDED', transitions: 2, retries: 0 }]);
  expect(calls.map(({ caller, operation }) => `${caller} ${operation}`).sort()).toEqual([
    'breakwater-dev-shop-begin StartExecution',
    'breakwater-dev-shop-pack PutItem',
    'breakwater-dev-shop-relay PutEvents',
    'breakwater-dev-shop-sell GetItem',
    'breakwater-dev-shop-sell GetItem',
    'breakwater-dev-shop-sell PutItem',
  ]);
  host.close();
});

it('repeats the stream from the first failed record, with backoff, and loses no record', async () => {
  const clock = createVirtualClock();
  const batches: string[][] = [];
  const { host, request } = openShop(
    {
      relay:
        () => (event: { readonly Records: readonly { readonly dynamodb: { readonly SequenceNumber: string } }[] }) => {
          const numbers = event.Records.map(({ dynamodb }) => dynamodb.SequenceNumber);
          batches.push(numbers.map((number) => String(Number(number))));
          const [, second] = numbers;
          return { batchItemFailures: batches.length === 1 && second ? [{ itemIdentifier: second }] : [] };
        },
      sell: (rt) => async () => {
        const write = (v: number) =>
          rt.db.send(
            new PutCommand({ TableName: rt.env('TABLE_NAME'), Item: { pk: 'shop#1', sk: `${v}`, out: { v } } }),
          );
        await Promise.all([1, 2, 3].map(write));
        return { statusCode: 204 };
      },
    },
    { clock },
  );
  expect((await request({ method: 'POST', target: '/v1/sales/x' })).status).toBe(204);
  await clock.advance(10);
  const [first = []] = batches;
  await clock.advance(10_000);
  expect(batches).toEqual([first, first.slice(1)]);
  expect(first).toHaveLength(3);
  host.close();
});

it('redelivers the messages that a consumer reports as failed, or the whole batch if it throws, and then moves them to the dead letters', async () => {
  const clock = createVirtualClock();
  const received: string[][] = [];
  const begin: Create = () => (event: SQSEvent) => {
    const ids = event.Records.map(({ body }) => JSON.parse(body).detail.id as string);
    received.push(ids);
    if (ids.includes('bomb')) throw new Error('boom');
    const failures = event.Records.filter(({ body }) => body.includes('poison'));
    return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
  const { host } = openShop({ begin }, { clock, visibilityTimeoutMs: () => 1_000 });
  const publish = (...ids: string[]) =>
    host.createRuntime('shop-relay').runtime.bus.send(
      new PutEventsCommand({
        Entries: ids.map((id) => ({
          EventBusName: 'breakwater-dev',
          Source: 'shop',
          DetailType: 'SaleMade.v1',
          Detail: JSON.stringify({ id }),
        })),
      }),
    );
  await publish('good', 'poison');
  await clock.advance(1_010_000);
  await publish('bomb');
  await clock.advance(1_010_000);
  expect(received).toEqual([['good', 'poison'], ...Array(999).fill(['poison']), ...Array(1_000).fill(['bomb'])]);
  const QueueUrl = 'http://embedded.invalid/000000000000/breakwater-dev-shop-begin-dead';
  const body = JSON.stringify({ QueueUrl, AttributeNames: ['All'] });
  const { json } = await host.callAws({ target: 'AmazonSQS.GetQueueAttributes', body });
  expect(JSON.parse(json).Attributes).toMatchObject({ ApproximateNumberOfMessages: '2' });
  await host.whenIdle();
  host.close();
});

it('keeps stream records for a relay that is paused', async () => {
  const { host, request } = openShop();
  host.pauseConsumer('shop-relay');
  await request({ method: 'POST', target: '/v1/sales/s1' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(host.executions()).toEqual([]);
  host.resumeConsumer('shop-relay');
  await host.whenIdle();
  expect(host.executions()).toMatchObject([{ name: 's1', status: 'SUCCEEDED' }]);
  expect(() => host.pauseConsumer('shop-sell')).toThrow('no consumer shop-sell');
  host.close();
});

it('delivers the writes of one turn together, one batch per shard', async () => {
  let batches = 0;
  const relay: Create = (rt) => {
    const handler = entries['relay']?.(rt);
    return (event, context) => {
      batches += 1;
      return handler?.(event, context);
    };
  };
  const clock = createVirtualClock();
  const { host, request } = openShop({ relay }, { clock });
  const sales = Promise.all(
    Array.from({ length: 40 }, (_, n) => request({ method: 'POST', target: `/v1/sales/s${n}` })),
  );
  await clock.advance(0);
  await sales;
  expect(batches).toBeGreaterThan(0);
  expect(batches).toBeLessThanOrEqual(4);
  host.close();
});

it('runs at most as many batches of a queue at a time as the manifest allows', async () => {
  let running = 0;
  let maxRunning = 0;
  const clock = createVirtualClock();
  const begin: Create = (rt) => async () => {
    running += 1;
    maxRunning = Math.max(maxRunning, running);
    await rt.sleep(5);
    running -= 1;
  };
  const { host, request } = openShop({ begin }, { clock });
  const sales = Promise.all(
    Array.from({ length: 60 }, (_, n) => request({ method: 'POST', target: `/v1/sales/s${n}` })),
  );
  await clock.advance(0);
  await sales;
  const idle = host.whenIdle();
  await clock.advance(1_000);
  await idle;
  expect(maxRunning).toBe(2);
  host.close();
});

it('denies a function everything that its manifest does not grant', async () => {
  const { host } = openShop();
  const { runtime: seller } = host.createRuntime('shop-sell');
  const { runtime: starter } = host.createRuntime('shop-begin');
  const denied = { name: 'AccessDeniedException' };
  const foreignItem = { TableName: 'breakwater-dev', Item: { pk: 'shopping#1', sk: 'x' } };
  await expect(seller.db.send(new PutCommand(foreignItem))).rejects.toMatchObject(denied);
  const event = { EventBusName: 'breakwater-dev', Source: 's', DetailType: 'd', Detail: '{}' };
  await expect(seller.bus.send(new PutEventsCommand({ Entries: [event] }))).rejects.toMatchObject(denied);
  await expect(seller.bus.send(new DescribeEventBusCommand({ Name: 'breakwater-dev' }))).rejects.toMatchObject(denied);
  const stateMachineArn = starter.env('WORKFLOW_SHIP');
  await expect(seller.workflows.send(new StartExecutionCommand({ stateMachineArn }))).rejects.toMatchObject(denied);
  const describe = new DescribeStateMachineCommand({ stateMachineArn });
  await expect(starter.workflows.send(describe)).rejects.toMatchObject(denied);
  const granted = await seller.secrets.send(new GetSecretValueCommand({ SecretId: 'breakwater/dev/operator-key' }));
  expect(granted.SecretString).toBe('the operator');
  const foreignSecret = new GetSecretValueCommand({ SecretId: 'breakwater/dev/provider-key' });
  await expect(seller.secrets.send(foreignSecret)).rejects.toMatchObject(denied);
  expect(() => seller.env('BUS_NAME')).toThrow('BUS_NAME is not set');
  host.close();
});

it('answers 504 for a function that times out, and prevents any later effect of it', async () => {
  const clock = createVirtualClock();
  let created = 0;
  const sell: Create = (rt) => {
    created += 1;
    const handler = entries['sell']?.(rt);
    return async (event: APIGatewayProxyEvent, context) => {
      if (event.httpMethod === 'POST') await outlive(11_000);
      return handler?.(event as never, context);
    };
  };
  // a wait that outlives the environment, as a response from a socket may
  const outlive = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve));
  const { host, request } = openShop({ sell }, { clock });
  const slow = request({ method: 'POST', target: '/v1/sales/slow' });
  await clock.advance(10_000);
  expect(await slow).toMatchObject({ status: 504, json: { code: 'timeout' } });
  await clock.advance(10_000);
  expect(await request({ method: 'GET', target: '/v1/sales/slow' })).toMatchObject({ json: { state: 'sold' } });
  expect(host.executions()).toEqual([]);
  expect(created).toBe(2);
  host.close();
});

it('reuses an idle environment, adds a second one only for a concurrent invocation, and a new one after a crash', async () => {
  const clock = createVirtualClock();
  let created = 0;
  const sell: Create = (rt) => {
    const name = ++created;
    return async (event: APIGatewayProxyEvent) => {
      await rt.sleep(Number(event.queryStringParameters?.['ms'] ?? 0));
      return { statusCode: 200, body: JSON.stringify(name) };
    };
  };
  const { host, request } = openShop({ sell }, { clock, maxEnvironments: 2 });
  const get = (ms: number) => request({ method: 'GET', target: `/v1/sales/x?ms=${ms}` });
  const requests = [get(10), get(20), get(0)];
  await clock.advance(30);
  expect((await Promise.all(requests)).map(({ json }) => json)).toEqual([1, 2, 1]);
  const crashing = get(1_000);
  await clock.advance(1);
  host.crashFunction('shop-sell');
  expect(await crashing).toMatchObject({ status: 502, json: { code: 'bad_gateway' } });
  const later = get(0);
  await clock.advance(0);
  expect((await later).json).toBe(3);
  host.close();
});

it('fetches only from the host itself, without a socket and within the timeout', async () => {
  const clock = createVirtualClock();
  const sell: Create = (rt) => async (event: APIGatewayProxyEvent) => {
    if (event.path.endsWith('inner')) {
      await rt.sleep(Number(event.body));
      return { statusCode: 201, headers: { 'x-inner': 'yes' }, body: event.headers['x-outer'] };
    }
    const url = event.path.endsWith('away') ? 'https://example.com/' : `${rt.env('PROVIDER_URL')}/v1/sales/inner`;
    const init = { method: 'POST', headers: { 'x-outer': 'please' }, body: event.body, timeoutMs: 500 };
    return rt.fetch(url, init).then(
      async (response) => ({
        statusCode: response.status,
        body: JSON.stringify([response.headers.get('x-inner'), await response.text()]),
      }),
      (error: Error) => ({ statusCode: 500, body: JSON.stringify(error.name) }),
    );
  };
  const { host, request } = openShop({ sell }, { clock });
  const post = async (path: string, ms: number) => {
    const headers = [['content-type', 'text/plain'] as const];
    const response = request({ method: 'POST', target: path, body: String(ms), headers });
    await clock.advance(1_000);
    return response;
  };
  expect(await post('/v1/sales/outer', 1)).toMatchObject({ status: 201, json: ['yes', 'please'] });
  expect(await post('/v1/sales/outer', 600)).toMatchObject({ status: 500, json: 'TimeoutError' });
  expect(await post('/v1/sales/away', 1)).toMatchObject({ status: 500, json: 'TypeError' });
  host.close();
});

it.each<[string, readonly Manifest[], RegExp]>([
  ['a function twice', [shop, shop], /two functions shop-sell/],
  ['a route twice', [shop, { ...shop, context: 'other', workflows: {} }], /two functions for POST \/v1\/sales/],
  ['an unknown workflow', [{ ...shop, workflows: {} }], /shop-begin starts ship, which does not exist/],
  [
    'an event that no context publishes',
    [{ ...shop, publishes: [] }],
    /consumes SaleMade.v1, which no context publishes/,
  ],
])('does not start with %s', (_, contexts, message) => {
  expect(() => openShop({}, { contexts })).toThrow(message);
});
