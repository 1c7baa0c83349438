import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { createHost, type Host } from '../../embedded/host/host.ts';
import { type HttpServer, listen } from '../../embedded/host/server.ts';
import { smokeTest } from '../../ops/smoke-test.ts';
import { toEnvironment } from '../fixtures/aws-call.ts';
import { runScript } from '../fixtures/run-script.ts';
import { secrets } from '../fixtures/secrets.ts';

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

const run = async (options: Partial<Parameters<typeof smokeTest>[0]> = {}) => {
  const steps: string[] = [];
  const common = { url: `${server.origin}/`, operatorKey: secrets['operator-key'], token: 'tok_ok' };
  const failure = await smokeTest({ ...common, onStep: (text) => steps.push(text), ...options }).then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { steps, failure };
};

const request = async (method: string, target: string) => {
  const headers = { authorization: `Bearer ${secrets['operator-key']}` };
  const response = await host.request({ method, target, headers: Object.entries(headers), body: '' });
  return JSON.parse(response.body);
};
const activeKeys = async (steps: readonly string[]) => {
  const tenantId = steps.join().match(/a key for the tenant (\w+)/)?.[1];
  const { items } = await request('GET', `/v1/tenants/${tenantId}/keys`);
  return items.filter(
    ({ name, status }: { name: string; status: string }) => name !== 'first key' && status === 'active',
  );
};

it('places an order, sees it confirmed, and revokes its key; it can be repeated', async () => {
  const runs = [await run(), await run()];
  for (const { failure, steps } of runs) {
    expect(failure).toBeUndefined();
    expect(steps).toEqual([
      'the API and all of its dependencies are ready',
      expect.stringMatching(/^the operator made a key for the tenant \w+$/),
      'a wrong key is refused',
      'a product has stock',
      expect.stringMatching(/^the order \w+ is placed$/),
      expect.stringMatching(/^the order is confirmed, \d+\.\d s later$/),
    ]);
    expect(await activeKeys(steps)).toEqual([]);
  }
});

it('places no order without a token, because a real provider charges real money', async () => {
  const { failure, steps } = await run({ token: undefined });
  expect(failure).toBeUndefined();
  expect(steps.at(-1)).toMatch(/^no order was placed/);
  expect(await activeKeys(steps)).toEqual([]);
});

it('says what became of an order that is not confirmed, and revokes its key', async () => {
  const { failure, steps } = await run({ token: 'tok_declined' });
  expect(failure).toMatch(/^the order \w+ of the tenant \w+ is cancelled: .*declined/);
  expect(await activeKeys(steps)).toEqual([]);
});

it.each([
  [
    'a wrong key of the operator',
    { operatorKey: 'op_wrong' },
    /POST \/v1\/tenants was answered with 401 instead of 201/,
  ],
  [
    'a URL that nobody answers',
    { url: 'http://127.0.0.1:1' },
    /^GET http:\/\/127\.0\.0\.1:1\/v1\/health\/ready was not answered: /,
  ],
])('ends at once with %s', async (_, options, expected) => expect((await run(options)).failure).toMatch(expected));

/** Runs the smoke test against a server that is not Breakwater, or breaks it. */
const runAgainst = async (listener: RequestListener) => {
  const other = createServer(listener);
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  try {
    return { url, ...(await run({ url })) };
  } finally {
    other.close();
  }
};

it('ends at once if another site answers', async () => {
  const { failure } = await runAgainst((_, response) => response.end(`<html>${'<p>x</p>'.repeat(1_000)}</html>`));
  expect(failure).toMatch(/^GET \/v1\/health\/ready was answered by something else than Breakwater: .*: <html>/);
  expect(failure?.length).toBeLessThan(700);
});

it('does not follow a redirection, which would turn a POST into a GET', async () => {
  const { url, failure } = await runAgainst((request, response) => {
    response.writeHead(301, { location: `${server.origin}${request.url}` }).end();
  });
  expect(failure).toBe(
    `GET ${url}/v1/health/ready was answered with 301, a redirection to ${server.origin}/v1/health/ready: give the URL of the API`,
  );
});

it('says that a response broke off', async () => {
  const { url, failure } = await runAgainst((_, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('{');
    setTimeout(() => response.destroy(), 50);
  });
  expect(failure).toMatch(`GET ${url}/v1/health/ready was not answered: `);
});

it('names a response without the object that it needs', async () => {
  const { failure } = await runAgainst((request, response) => {
    if (request.url === '/v1/health/ready') return response.end('{"status":"ok"}');
    return response.writeHead(201).end('null');
  });
  expect(failure).toBe('POST /v1/tenants was answered by something else than Breakwater: check the URL: null');
});

it('names what failed first and the key that may still be active, if it cannot revoke the key', async () => {
  const { failure } = await runAgainst(async (request, response) => {
    if (request.url === '/v1/health/ready') return response.end('{"status":"ok"}');
    if (request.url === '/v1/orders' || request.method === 'DELETE') return response.writeHead(500).end('{}');
    return response.writeHead(201).end(JSON.stringify({ id: 'an-id', apiKey: 'bw_an-id_x' }));
  });
  expect(failure).toMatch(/^GET \/v1\/orders was answered with 500 instead of 401: /);
  expect(failure).toMatch(/\nThe key an-id of the tenant an-id may still be active: DELETE .* answered with 500 /);
});

it('ends with the last answer of an API that does not become ready', async () => {
  const { failure } = await run({ url: `${server.origin}/elsewhere`, readyWithinMs: 0 });
  expect(failure).toMatch(/^the API was not ready within 0 s; the last answer was 404 .*not_found/);
});

it('runs from the command line with the key of the stage’s secret', async () => {
  const env = toEnvironment(server.credential);
  const args = ['ops/smoke.ts', '--endpoint', server.origin, '--url', server.origin];
  const { status, stdout, stderr } = await runScript(args, env);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.at(0)).toMatch(/^ok {2}the API and all /);
  expect(lines.at(-1)).toMatch(/^ok {2}the order is confirmed, /);
});

it.each(['127.0.0.1:8787', 'ftp://api.example.com', 'https://api.example.com/?a=1', 'https://a:b@api.example.com'])(
  'refuses a URL to which it cannot append a path: %s',
  async (url) => {
    const { status, stderr } = await runScript(['ops/smoke.ts'], {
      ...toEnvironment(server.credential),
      BREAKWATER_URL: url,
    });
    expect(stderr).toBe(
      `"${url}" is not the URL of an API: give one such as https://api.example.com/shop as --url or in BREAKWATER_URL\n`,
    );
    expect(status).toBe(1);
  },
);

it('says which secret it cannot read', async () => {
  const args = ['ops/smoke.ts', '--stage', 'prod', '--endpoint', server.origin, '--url', server.origin];
  const { status, stderr } = await runScript(args, toEnvironment(server.credential));
  expect(stderr).toMatch(/^the secret breakwater\/prod\/operator-key cannot be read: [^\n]*\n$/);
  expect(status).toBe(1);
});

it('names the stack that it misses without --url', async () => {
  const { status, stderr } = await runScript(
    ['ops/smoke.ts', '--endpoint', server.origin],
    toEnvironment(server.credential),
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^the URL of the API is unknown: deploy the stage first, or give --url \(breakwater-dev-api\): /,
  );
});
