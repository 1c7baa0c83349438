import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, it, vi } from 'vitest';
import type { TenantId } from '#platform/kernel';
import { handlerOnAws } from '#platform/runtime/aws';
import { bus, clientOptions, mail, queues, secrets, workflows } from '#platform/runtime/clients';
import { db } from '#platform/runtime/db';
import type { Clients, Runtime } from '#platform/runtime/runtime';
import { testTimes } from '#platform/runtime/times';

afterEach(() => vi.unstubAllEnvs());

const withServer = async (respond: RequestListener, use: (origin: string) => Promise<void>) => {
  const server = createServer(respond);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};

const stubLambda = () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'breakwater-dev-test');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('TIMES', JSON.stringify(testTimes));
};

/** The runtime of a function that names every client. */
const createRuntime = () => {
  stubLambda();
  const clients = { db, bus, workflows, secrets, mail, queues };
  return handlerOnAws({ clients, create: (rt: Runtime<keyof Clients>) => rt }) as Runtime<keyof Clients>;
};

it('gives each client a retry strategy of its own, so that one failing service does not use up the retries of another', async () => {
  const { db: table, bus: events } = createRuntime();
  expect(await table.config.retryStrategy()).not.toBe(await events.config.retryStrategy());
});

it('builds nothing outside Lambda, because other hosts build the handler themselves', () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', undefined);
  const create = vi.fn();
  const client = vi.fn(db);
  expect(handlerOnAws({ clients: { db: client }, create })).toBeUndefined();
  expect(create).not.toHaveBeenCalled();
  expect(client).not.toHaveBeenCalled();
});

it('builds the handler and the clients of its entry once in Lambda, and no other client', async () => {
  stubLambda();
  const handler = async () => 'response';
  const create = vi.fn((_: Runtime<'db'>) => handler);
  const client = vi.fn(db);
  const built = handlerOnAws({ clients: { db: client }, create });
  expect(built).toBe(handler);
  await built?.();
  await built?.();
  expect([create.mock.calls.length, client.mock.calls.length]).toEqual([1, 1]);
  const rt = create.mock.calls[0]?.[0];
  expect(rt?.db).toBe(client.mock.results[0]?.value);
  expect(rt).not.toHaveProperty('bus');
});

it('gives a function the clients that its entry names, time, chance and ids', async () => {
  const rt = createRuntime();
  const [before, now, after] = [Date.now(), rt.now().getTime(), Date.now()];
  expect(now >= before && now <= after, `${before} <= ${now} <= ${after}`).toBe(true);
  expect(rt.newId()).not.toBe(rt.newId());
  expect(rt.random()).toBeLessThan(1);
  expect(rt.randomBytes(8)).toHaveLength(8);
  await rt.sleep(1);
  for (const client of [rt.db, rt.bus, rt.workflows, rt.secrets])
    expect(await client.config.region()).toBe('us-east-1');
});

it('has time-outs that throw instead of being logged only', () => {
  const timeouts = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
  expect(clientOptions().requestHandler).toEqual(timeouts);
});

it('tries a call at most twice', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('TENANTS', 'all');
  let calls = 0;
  await withServer(
    (_, response) => {
      calls += 1;
      response.writeHead(500).end('{"__type":"InternalServerError"}');
    },
    async (origin) => {
      vi.stubEnv('AWS_ENDPOINT_URL', origin);
      const get = new GetCommand({ TableName: 'a-table', Key: { pk: 'a', sk: 'b' } });
      await expect(createRuntime().db.send(get)).rejects.toMatchObject({
        $metadata: { httpStatusCode: 500, attempts: 2 },
      });
    },
  );
  expect(calls).toBe(2);
});

it('sends no key of another tenant, nor one without a tenant unless its function works for all', async () => {
  const sent: string[] = [];
  const respond: RequestListener = (request, response) => {
    request.on('data', (part) => sent.push(JSON.parse(String(part)).Key.pk.S));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}'));
  };
  await withServer(respond, async (origin) => {
    vi.stubEnv('AWS_ENDPOINT_URL', origin);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('STAGE', 'staging');
    const read = ({ db: table }: Runtime<'db'>, tenant: string) =>
      table.send(new GetCommand({ TableName: 'table', Key: { pk: `things#${tenant}#thing#1`, sk: 'thing' } }));
    const one = createRuntime();
    await expect(read(one, 'a')).rejects.toMatchObject({ name: 'ForeignKey' });
    await one.tenants.run('a' as TenantId, async () => {
      await expect(read(one, 'b')).rejects.toMatchObject({ name: 'ForeignKey' });
      await read(one, 'a');
    });
    vi.stubEnv('TENANTS', 'all');
    await read(createRuntime(), 'c');
  });
  expect(sent).toEqual(['things#a#thing#1', 'things#c#thing#1']);
});

it('has the times of its stage', () => expect(createRuntime().times).toEqual(testTimes));

it('does not start with the times of a stage that an earlier version has deployed', () => {
  stubLambda();
  const { listShards: _, ...earlier } = testTimes;
  vi.stubEnv('TIMES', JSON.stringify(earlier));
  expect(() => handlerOnAws({ clients: {}, create: (rt) => rt })).toThrow('TIMES lacks listShards');
});

it('reports a metric in a line of its own, in the embedded metric format of CloudWatch', () => {
  vi.stubEnv('STAGE', 'dev');
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  createRuntime().metric('OrdersParked', 2, { why: 'refused' });
  const [line] = written.mock.calls.map(([text]) => String(text));
  written.mockRestore();
  expect(line).toMatch(/^\{[^\n]*\}\n$/);
  expect(JSON.parse(line ?? '')).toEqual({
    why: 'refused',
    Stage: 'dev',
    OrdersParked: 2,
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        { Namespace: 'Breakwater', Dimensions: [['Stage']], Metrics: [{ Name: 'OrdersParked', Unit: 'Count' }] },
      ],
    },
  });
});

it('throws for a variable that is not set', () => {
  const rt = createRuntime();
  vi.stubEnv('TABLE_NAME', 'breakwater-dev');
  expect(rt.env('TABLE_NAME')).toBe('breakwater-dev');
  expect(() => rt.env('BUS_NAME')).toThrow('environment variable BUS_NAME is not set');
  // an empty address or name would fail later, in a call of AWS
  vi.stubEnv('BUS_NAME', '');
  expect(() => rt.env('BUS_NAME')).toThrow('environment variable BUS_NAME is not set');
});

it('aborts a request whose response does not come, or stops within its body', async () => {
  const rt = createRuntime();
  await withServer(
    (request, response) => {
      if (request.url === '/body') response.writeHead(200).write('half');
    },
    async (origin) => {
      const timeoutError = { name: 'TimeoutError' };
      await expect(rt.fetch(`${origin}/head`, { timeoutMs: 50 })).rejects.toMatchObject(timeoutError);
      const read = rt.fetch(`${origin}/body`, { timeoutMs: 100 }).then((partial) => partial.text());
      await expect(read).rejects.toMatchObject(timeoutError);
    },
  );
});
