import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { health } from '#operations/operations.lambda';
import type { Fetch } from '#platform/runtime/runtime';
import { type Operation, type Service, ServiceError } from '../../embedded/aws/service.ts';
import { request } from '../fixtures/request.ts';
import { createTestRuntime } from '../fixtures/runtime.ts';

const names = ['table', 'bus', 'fulfil-order', 'unwind-order', 'provider'] as const;
/** More turns of the event loop than a call in this process takes. */
const RESPONSE_TURNS = 100;
type Dependency = (typeof names)[number];

const variables = {
  BUS_NAME: 'the-bus',
  PROVIDER_URL: 'http://provider.example',
  WORKFLOW_FULFIL_ORDER: 'arn:aws:states:eu-west-1:000000000000:stateMachine:fulfil-order',
  WORKFLOW_UNWIND_ORDER: 'arn:aws:states:eu-west-1:000000000000:stateMachine:unwind-order',
};

/** AWS and a provider of which some parts fail, and some never respond. */
const serve = ({ fails = [], silent = [] }: { fails?: readonly Dependency[]; silent?: readonly Dependency[] } = {}) => {
  const called: unknown[] = [];
  const allCalled = Promise.withResolvers<void>();
  const record = (target: unknown) => {
    if (called.push(target) === names.length) allCalled.resolve();
  };
  // a check times out only where a dependency is silent, and after all others have responded, which takes turns but no time
  const sleep = async () => {
    await (silent.length > 0 ? allCalled.promise : new Promise<never>(() => {}));
    for (let turn = 0; turn < RESPONSE_TURNS; turn += 1) await nextTurn();
  };
  const respond = async (dependency: Dependency, target: unknown) => {
    record(target);
    if (silent.includes(dependency)) await new Promise(() => {});
    if (fails.includes(dependency)) throw new ServiceError('ResourceNotFoundException', `no ${dependency}`);
    return {};
  };
  const describe: Operation = ({ stateMachineArn }) => respond(stateMachineArn.split(':').at(-1), stateMachineArn);
  const services: Service[] = [
    { targetPrefix: 'DynamoDB_20120810', operations: { GetItem: ({ TableName }) => respond('table', TableName) } },
    { targetPrefix: 'AWSEvents', operations: { DescribeEventBus: ({ Name }) => respond('bus', Name) } },
    { targetPrefix: 'AWSStepFunctions', operations: { DescribeStateMachine: describe } },
  ];
  const fetch: Fetch = async (url, { timeoutMs }) => {
    record(url);
    if (silent.includes('provider')) throw new DOMException(`no response within ${timeoutMs} ms`, 'TimeoutError');
    return new Response(null, { status: fails.includes('provider') ? 500 : 403 });
  };
  const { rt, clock } = createTestRuntime({ services, variables, fetch, sleep });
  return { rt, clock, called, fn: health.create(rt) };
};

it('is live without a call to any dependency', async () => {
  const { fn, called } = serve({ fails: names });
  expect(await request(fn, { method: 'GET', path: '/v1/health/live' })).toMatchObject({
    status: 200,
    body: { status: 'ok' },
  });
  expect(called).toEqual([]);
});

it('is ready when every dependency responds, each called by its own name', async () => {
  const { fn, called } = serve();
  const dependencies = Object.fromEntries(names.map((name) => [name, 'ok']));
  expect(await request(fn, { method: 'GET', path: '/v1/health/ready' })).toMatchObject({
    status: 200,
    body: { status: 'ok', dependencies },
  });
  expect(new Set(called)).toEqual(new Set(['the-table', ...Object.values(variables)]));
});

it.each(names.slice(1))('is degraded, and still serves, without %s', async (name) => {
  for (const fault of [{ fails: [name] }, { silent: [name] }]) {
    const { rt, fn } = serve(fault);
    const warn = vi.spyOn(rt.logger, 'warn');
    const { status, body } = await request(fn, { method: 'GET', path: '/v1/health/ready' });
    const dependencies = Object.fromEntries(names.map((other) => [other, other === name ? 'failing' : 'ok']));
    expect([status, body]).toEqual([200, { status: 'degraded', dependencies }]);
    expect(warn).toHaveBeenCalledWith('a dependency fails', { dependency: name, failure: expect.any(String) });
  }
});

it('answers 503 without the table, and names it', async () => {
  for (const fault of [{ fails: ['table'] as const }, { silent: ['table'] as const }]) {
    const { status, body } = await request(serve(fault).fn, { method: 'GET', path: '/v1/health/ready' });
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'unavailable', dependencies: { table: 'failing', bus: 'ok', provider: 'ok' } });
  }
});

it('checks again after 5 s and not before', async () => {
  const { fn, called, clock } = serve();
  const ready = () => request(fn, { method: 'GET', path: '/v1/health/ready' });
  await ready();
  await ready();
  expect(called).toHaveLength(names.length);
  clock.advance(5_000);
  await ready();
  expect(called).toHaveLength(2 * names.length);
});
