import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, it, vi } from 'vitest';
import { onAws } from '#platform/runtime/aws';
import { bus } from '#platform/runtime/clients/bus';
import { db } from '#platform/runtime/clients/db';
import { mail } from '#platform/runtime/clients/mail';
import { options } from '#platform/runtime/clients/options';
import { queues } from '#platform/runtime/clients/queues';
import { secrets } from '#platform/runtime/clients/secrets';
import { workflows } from '#platform/runtime/clients/workflows';
import type { Clients, Runtime } from '#platform/runtime/runtime';
import { testTimes } from '#platform/runtime/times';

afterEach(() => vi.unstubAllEnvs());

const serving = async (answer: RequestListener, use: (origin: string) => Promise<void>) => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};

const inLambda = () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'breakwater-dev-test');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('TIMES', JSON.stringify(testTimes));
  return onAws((rt: Runtime<keyof Clients>) => rt, { db, bus, workflows, secrets, mail, queues }) as Runtime<
    keyof Clients
  >;
};

it('builds nothing outside of Lambda, for other hosts bring their own', () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', undefined);
  const create = vi.fn();
  expect(onAws(create, {})).toBeUndefined();
  expect(create).not.toHaveBeenCalled();
});

it('gives a function the clients that its entry names, and the machine', async () => {
  const rt = inLambda();
  expect(Math.abs(rt.now().getTime() - Date.now())).toBeLessThan(1_000);
  expect(rt.newId()).not.toBe(rt.newId());
  expect(rt.random()).toBeLessThan(1);
  expect(rt.randomBytes(8)).toHaveLength(8);
  await rt.sleep(1);
  for (const client of [rt.db, rt.bus, rt.workflows, rt.secrets])
    expect(await client.config.region()).toBe('us-east-1');
});

it('has time-outs that throw instead of only telling the log', () => {
  const timeouts = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
  expect(options().requestHandler).toEqual(timeouts);
});

it('tries a call twice, not more', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  let calls = 0;
  await serving(
    (_, response) => {
      calls += 1;
      response.writeHead(500).end('{"__type":"InternalServerError"}');
    },
    async (origin) => {
      vi.stubEnv('AWS_ENDPOINT_URL', origin);
      const get = new GetCommand({ TableName: 'a-table', Key: { pk: 'a', sk: 'b' } });
      await expect(inLambda().db.send(get)).rejects.toMatchObject({ $metadata: { httpStatusCode: 500, attempts: 2 } });
    },
  );
  expect(calls).toBe(2);
});

it('has the times of its stage', () => expect(inLambda().times).toEqual(testTimes));

it('counts in a line of its own that CloudWatch makes a metric of', () => {
  vi.stubEnv('STAGE', 'dev');
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  inLambda().metric('OrdersParked', 2, { why: 'refused' });
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

it('does not run without a variable', () => {
  const rt = inLambda();
  vi.stubEnv('TABLE_NAME', 'breakwater-dev');
  expect(rt.env('TABLE_NAME')).toBe('breakwater-dev');
  expect(() => rt.env('BUS_NAME')).toThrow('environment variable BUS_NAME is not set');
});

it('gives up on an answer that does not come, be it in the midst of its body', async () => {
  const rt = inLambda();
  await serving(
    (request, response) => {
      if (request.url === '/body') response.writeHead(200).write('half');
    },
    async (origin) => {
      const late = { name: 'TimeoutError' };
      await expect(rt.fetch(`${origin}/head`, { timeoutMs: 50 })).rejects.toMatchObject(late);
      const half = await rt.fetch(`${origin}/body`, { timeoutMs: 100 });
      await expect(half.text()).rejects.toMatchObject(late);
    },
  );
});
