import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { createHost, type Host } from '../../embedded/host/host.ts';
import { smokeTest } from '../../ops/smoke-test.ts';
import { listenAsAws } from '../fixtures/aws-stub.ts';
import { runScript } from '../fixtures/run-script.ts';
import { secrets } from '../fixtures/secrets.ts';

type Answer = { readonly status: number; readonly body: string };

/** Another answer, or one that is made of the API's own. */
type Change = Answer | ((answer: Answer) => Answer);

/** The API's own success, except for these fields. */
const withFields =
  (fields: object): Change =>
  ({ status, body }) =>
    json(status, { ...JSON.parse(body), ...fields });
const problem = (status: number): Answer => ({ status, body: JSON.stringify({ code: 'some_problem' }) });
const json = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) });
const PAGE: Answer = { status: 200, body: '<html>It works!</html>' };

let host: Host;
let proxy: Server;
let url: string;
/** The requests of the test, each as its method and its path with ids replaced. */
let requests: string[];
/** Answers a request in another way than the API does. It gets the number of earlier requests of the same route. */
let answerInstead: (route: string, earlier: number) => Change | undefined;

const routeOf = (method = '', target = '') => `${method} ${target.replaceAll(/\/(?=\w*\d)\w{20,}/g, '/{id}')}`;

beforeAll(async () => {
  host = createHost({ contexts, secrets });
  proxy = createServer(async (request, response) => {
    const { method = '', url: target = '', headers } = request;
    const body = await buffer(request);
    const route = routeOf(method, target);
    const instead = answerInstead(route, requests.filter((other) => other === route).length);
    requests.push(route);
    const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]);
    const answer =
      instead === undefined || typeof instead === 'function'
        ? await host.request({ method, target, headers: pairs, body }).then(instead)
        : instead;
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterAll(() => {
  proxy.close();
  host.close();
});
beforeEach(() => {
  [requests, answerInstead] = [[], () => undefined];
});

const run = async (options: Partial<Parameters<typeof smokeTest>[0]> = {}) => {
  const steps: string[] = [];
  const common = {
    url,
    operatorKey: secrets['operator-key'],
    token: 'tok_ok',
    onStep: (text: string) => steps.push(text),
  };
  const failure = await smokeTest({ ...common, ...options }).then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { steps, failure };
};

const READY = 'GET /v1/health/ready';
const ORDER = 'GET /v1/orders/{id}';
const REVOKE = 'DELETE /v1/tenants/{id}/keys/{id}';

describe('a smoke test of an API that answers', () => {
  it('in its own way succeeds', async () => {
    const { failure, steps } = await run();
    expect(failure).toBeUndefined();
    expect(steps.at(-1)).toMatch(/^the order is confirmed, /);
    expect(requests).toEqual(expect.arrayContaining([READY, 'POST /v1/tenants', ORDER]));
    expect(requests.at(-1)).toBe(REVOKE);
  });

  it.each([
    {
      route: READY,
      what: 'that it is degraded',
      answer: withFields({ status: 'degraded' }),
      failure: /^the API was not ready within 0 s; the last answer was 200 .*degraded/,
    },
    {
      route: READY,
      what: 'that it is unavailable',
      answer: problem(503),
      failure: /^the API was not ready within 0 s; the last answer was 503 /,
    },
    {
      route: READY,
      what: 'with a page',
      answer: PAGE,
      failure: /^GET .*\/ready was answered by something else than Breakwater: check the URL: <html>/,
    },
    {
      route: 'POST /v1/tenants',
      what: 'that it takes no key',
      answer: problem(503),
      failure: /^the API did not take the operator's key within 0 s/,
    },
    {
      route: 'POST /v1/tenants',
      what: 'with another success',
      answer: json(200, {}),
      failure: /^POST \/v1\/tenants was answered with 200 /,
    },
    {
      route: 'POST /v1/tenants/{id}/keys',
      what: 'with another success',
      answer: json(200, {}),
      failure: /^POST .*\/keys was answered with 200 /,
    },
    {
      route: 'GET /v1/orders',
      what: 'to a wrong key',
      answer: json(200, { items: [], next: null }),
      failure: /^GET \/v1\/orders was answered with 200 instead of 401/,
    },
    {
      route: 'GET /v1/orders',
      what: 'to a wrong key that it is forbidden',
      answer: problem(403),
      failure: /^GET \/v1\/orders was answered with 403 /,
    },
    {
      route: 'PUT /v1/products/smoke-test',
      what: 'to a product',
      answer: problem(409),
      failure: /^PUT .* was answered with 409 instead of 200 or 201/,
    },
    {
      route: 'POST /v1/inventory/smoke-test/adjustments',
      what: 'to stock',
      answer: problem(409),
      failure: /^POST .*adjustments was answered with 409 /,
    },
    {
      route: 'POST /v1/orders',
      what: 'with another success',
      answer: json(200, { id: 'o1' }),
      failure: /^POST \/v1\/orders was answered with 200 /,
    },
    {
      route: 'POST /v1/orders',
      what: 'that too many are open',
      answer: problem(429),
      failure: /^POST \/v1\/orders was answered with 429 instead of 202/,
    },
    {
      route: ORDER,
      what: 'that a person must look',
      answer: withFields({ status: 'needs_attention' }),
      failure: /^the order .* is needs_attention: /,
    },
    {
      route: ORDER,
      what: 'that nothing happens',
      answer: withFields({ status: 'placed' }),
      failure: /^the order .* was not confirmed within 0 s/,
    },
    {
      route: ORDER,
      what: 'that there is none',
      answer: problem(404),
      failure: /^the order .* was not confirmed within 0 s; the last answer was 404 /,
    },
    {
      route: ORDER,
      what: 'with a page',
      answer: PAGE,
      failure: /^GET \/v1\/orders\/\w+ was answered by something else than Breakwater: check the URL: <html>/,
    },
    {
      route: ORDER,
      what: 'without an order',
      answer: json(200, { status: 'confirmed' }),
      failure:
        /^GET \/v1\/orders\/\w+ was answered with 200 and what this version does not know: \{"status":"confirmed"\}$/,
    },
  ])('$route $what fails, and leaves no key behind', async ({ route, answer, failure: expected }) => {
    answerInstead = (requested) => (requested === route ? answer : undefined);
    const { failure, steps } = await run({ readyWithinMs: 0, confirmedWithinMs: 0 });
    expect(failure).toMatch(expected);
    expect(steps.join()).not.toContain('the order is confirmed');
    const hasKey = steps.some((step) => step.startsWith('the operator made a key'));
    expect(requests.filter((requested) => requested === REVOKE)).toHaveLength(hasKey ? 1 : 0);
  });

  it('that its key cannot be revoked fails, because the key stays', async () => {
    answerInstead = (requested) => (requested === REVOKE ? problem(500) : undefined);
    expect((await run()).failure).toMatch(
      /^The key (\w+) of the tenant (\w+) may still be active: DELETE \/v1\/tenants\/\2\/keys\/\1 was answered with 500 instead of 200/,
    );
  });

  it('that its key cannot be revoked either names what failed first, too', async () => {
    answerInstead = (requested) => (['GET /v1/orders', REVOKE].includes(requested) ? problem(500) : undefined);
    const { failure } = await run();
    expect(failure).toMatch(/^GET \/v1\/orders was answered with 500 instead of 401: .*\nThe key \w+ of the tenant /);
    expect(failure).toMatch(/ may still be active: DELETE .* was answered with 500 instead of 200: /);
  });

  it.each([READY, 'POST /v1/tenants', ORDER])('%s with an error at first is requested again', async (route) => {
    answerInstead = (requested, earlier) => (requested === route && earlier === 0 ? problem(503) : undefined);
    expect((await run()).failure).toBeUndefined();
    expect(requests.filter((requested) => requested === route).length).toBeGreaterThan(1);
  });
});

describe('npm run smoke without a token', () => {
  it.each([
    { stage: 'dev', ordered: true },
    { stage: 'blue-localstack', ordered: true },
    // a real provider charges real money
    { stage: 'prod', ordered: false },
    { stage: 'blue-staging', ordered: false },
  ])('places an order on $stage: $ordered', async ({ stage, ordered }) => {
    const readSecrets: string[] = [];
    const aws = await listenAsAws((call, body) => {
      if (call !== 'GetSecretValue') return undefined;
      readSecrets.push(JSON.parse(body).SecretId);
      return json(200, { SecretString: secrets['operator-key'] });
    });
    const { status, stdout, stderr } = await runScript(
      ['ops/smoke.ts', '--stage', stage, '--url', url],
      aws.environment,
    );
    aws.close();
    expect([stderr, status]).toEqual(['', 0]);
    expect(readSecrets).toEqual([`breakwater/${stage}/operator-key`]);
    expect(stdout).toContain(ordered ? '\nok  the order is confirmed, ' : '\nok  no order was placed, ');
    expect(requests.includes('POST /v1/orders')).toBe(ordered);
  });
});
