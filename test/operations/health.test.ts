import { setTimeout } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { health } from '#operations/http/health';
import type { Fetch } from '#platform/runtime/runtime';
import { type Operation, type Service, ServiceError } from '../../embedded/aws/service.ts';
import { request } from '../platform/fixtures/request.ts';
import { world } from '../platform/fixtures/world.ts';

const all = ['table', 'bus', 'fulfil-order', 'unwind-order', 'provider'] as const;
type Dependency = (typeof all)[number];

const variables = {
  BUS_NAME: 'the-bus',
  PROVIDER_URL: 'http://provider.example',
  WORKFLOW_FULFIL_ORDER: 'arn:aws:states:eu-west-1:000000000000:stateMachine:fulfil-order',
  WORKFLOW_UNWIND_ORDER: 'arn:aws:states:eu-west-1:000000000000:stateMachine:unwind-order',
};

/** AWS and a provider of which some parts fail, and some never answer. */
const serve = ({ fails = [], silent = [] }: { fails?: readonly Dependency[]; silent?: readonly Dependency[] } = {}) => {
  const asked: unknown[] = [];
  const allAsked = Promise.withResolvers<void>();
  const note = (what: unknown) => {
    if (asked.push(what) === all.length) allAsked.resolve();
  };
  // Patience ends only where someone is silent, and once all others have had their say.
  const sleep = () => (silent.length > 0 ? allAsked.promise.then(() => setTimeout(100)) : new Promise<never>(() => {}));
  const answer = async (dependency: Dependency, what: unknown) => {
    note(what);
    if (silent.includes(dependency)) await new Promise(() => {});
    if (fails.includes(dependency)) throw new ServiceError('ResourceNotFoundException', `no ${dependency}`);
    return {};
  };
  const describe: Operation = ({ stateMachineArn }) => answer(stateMachineArn.split(':').at(-1), stateMachineArn);
  const services: Service[] = [
    { targetPrefix: 'DynamoDB_20120810', operations: { GetItem: ({ TableName }) => answer('table', TableName) } },
    { targetPrefix: 'AWSEvents', operations: { DescribeEventBus: ({ Name }) => answer('bus', Name) } },
    { targetPrefix: 'AWSStepFunctions', operations: { DescribeStateMachine: describe } },
  ];
  const fetch: Fetch = async (url, { timeoutMs }) => {
    note(url);
    if (silent.includes('provider')) throw new DOMException(`nothing in ${timeoutMs} ms`, 'TimeoutError');
    return new Response(null, { status: fails.includes('provider') ? 500 : 403 });
  };
  const { rt, clock } = world({ services, variables, fetch, sleep });
  return { rt, clock, asked, fn: health(rt) };
};

it('lives without asking anyone', async () => {
  const { fn, asked } = serve({ fails: all });
  expect(await request(fn, 'GET', '/v1/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(asked).toEqual([]);
});

it('is ready when all that an order needs answers, each asked by its own name', async () => {
  const { fn, asked } = serve();
  const dependencies = Object.fromEntries(all.map((name) => [name, 'ok']));
  expect(await request(fn, 'GET', '/v1/health/ready')).toMatchObject({
    status: 200,
    body: { status: 'ok', dependencies },
  });
  expect(new Set(asked)).toEqual(new Set(['the-table', ...Object.values(variables)]));
});

it.each(all.slice(1))('is degraded, and of use, without %s', async (name) => {
  for (const how of [{ fails: [name] }, { silent: [name] }]) {
    const { rt, fn } = serve(how);
    const warn = vi.spyOn(rt.logger, 'warn');
    const { status, body } = await request(fn, 'GET', '/v1/health/ready');
    const dependencies = Object.fromEntries(all.map((each) => [each, each === name ? 'failing' : 'ok']));
    expect([status, body]).toEqual([200, { status: 'degraded', dependencies }]);
    expect(warn).toHaveBeenCalledWith('a dependency fails', { dependency: name, failure: expect.any(String) });
  }
});

it('answers 503 without the table, and names it', async () => {
  for (const how of [{ fails: ['table'] as const }, { silent: ['table'] as const }]) {
    const { status, body } = await request(serve(how).fn, 'GET', '/v1/health/ready');
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'unavailable', dependencies: { table: 'failing', bus: 'ok', provider: 'ok' } });
  }
});

it('asks again after 5 s and not before', async () => {
  const { fn, asked, clock } = serve();
  const ready = () => request(fn, 'GET', '/v1/health/ready');
  await ready();
  await ready();
  expect(asked).toHaveLength(all.length);
  clock.advance(5_000);
  await ready();
  expect(asked).toHaveLength(2 * all.length);
});
