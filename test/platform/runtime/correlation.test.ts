import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { authenticateNobody } from '#platform/http/authenticate';
import { httpFunction } from '#platform/http/http-function';
import type { RouteGroup } from '#platform/http/route';
import { defineEvent } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import type { BaseRuntime } from '#platform/runtime/runtime';
import { scheduledFunction } from '#platform/runtime/scheduled';
import { taskFunction } from '#platform/saga/task';
import { mintEvent } from '#platform/table/outbox';
import { busEvent, invocation, messages } from '../../fixtures/invocation.ts';
import { captureLog } from '../../fixtures/log-capture.ts';
import { createFakeQueues, workerVariables } from '../../fixtures/queues.ts';
import { toGatewayEvent } from '../../fixtures/request.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';

afterEach(() => vi.restoreAllMocks());

const ThingMade = defineEvent('ThingMade.v1', () => z.object({ n: z.int() }));
const thingMade = (n: number, more: object = {}) =>
  busEvent({
    ...{ id: `e${n}`, type: 'ThingMade.v1', at: '2026-11-01T00:00:00.000Z', tenantId: 't1', aggregateId: 'a1' },
    ...{ version: 1, data: { n }, ...more },
  });
const fields = { tenantId: 't1' as never, aggregateId: 'a1', version: 1, data: {} };

const routes = {
  getThings: {
    method: 'GET',
    path: '/things',
    scope: 'public',
    summary: 'Mints an event.',
    responses: { 200: () => z.looseObject({}) },
  },
  fail: {
    method: 'GET',
    path: '/faults',
    scope: 'public',
    summary: 'Fails.',
    responses: { 200: () => z.looseObject({}) },
  },
} as const satisfies RouteGroup;

describe('a request', () => {
  const serve = () => {
    const { rt } = createTestRuntime({ logLevel: 'INFO' });
    const fn = httpFunction(rt, {
      authenticate: authenticateNobody,
      routes,
      handlers: {
        getThings: (rt: BaseRuntime) => async () => {
          await rt.sleep(1);
          return { status: 200 as const, body: mintEvent(rt, 'ThingMade.v1', fields) };
        },
        fail: () => async () => {
          throw new Error('boom');
        },
      },
    });
    return async (path: string, id?: string) => {
      const event = toGatewayEvent('GET', path, { headers: id === undefined ? {} : { 'X-Correlation-Id': id } });
      return fn({ ...event, requestContext: { ...event.requestContext, requestId: 'r-17' } }, invocation());
    };
  };

  it('has the id that the client sends, in its response, its log and its events', async () => {
    const lines = captureLog();
    const response = await serve()('/things', 'Order-4_2.a');
    expect(response.headers).toMatchObject({ 'x-correlation-id': 'Order-4_2.a' });
    expect(JSON.parse(response.body)).toMatchObject({ correlationId: 'Order-4_2.a' });
    expect(lines()).toMatchObject([{ message: 'answered', status: 200, correlationId: 'Order-4_2.a' }]);
  });

  it.each([undefined, '', 'two words', 'x'.repeat(65), 'a\nb', '{"a":1}'])(
    "has the gateway's id where the client sends no valid one: %j",
    async (id) => {
      captureLog();
      const response = await serve()('/things', id);
      expect(response.headers).toMatchObject({ 'x-correlation-id': 'r-17' });
      expect(JSON.parse(response.body)).toMatchObject({ correlationId: 'r-17' });
    },
  );

  it('gets its id also where it fails, and the next request has another', async () => {
    const lines = captureLog();
    const call = serve();
    expect(await call('/faults', 'first')).toMatchObject({ statusCode: 500, headers: { 'x-correlation-id': 'first' } });
    await call('/things');
    expect(lines().map(({ message, correlationId }) => [message, correlationId])).toEqual([
      ['the request failed', 'first'],
      ['answered', 'r-17'],
    ]);
  });
});

describe('a worker', () => {
  it('handles each message of a batch under its own id, although all run at the same time', async () => {
    const lines = captureLog();
    const { service } = createFakeQueues();
    const { rt } = createTestRuntime({ logLevel: 'INFO', services: [service], variables: workerVariables });
    const minted: unknown[] = [];
    const worker = workerFunction(rt, [
      consumer(ThingMade, async ({ data }) => {
        await rt.sleep(10 - data.n);
        rt.logger.info('seen', { n: data.n });
        minted[data.n] = mintEvent(rt, 'ThingMade.v1', fields).correlationId;
        if (data.n === 2) throw new Error('poison');
      }),
    ]);
    const batch = [
      thingMade(0, { correlationId: 'c0' }),
      thingMade(1),
      thingMade(2, { correlationId: 'c2' }),
      'no JSON',
    ];
    expect((await worker(messages(...batch), invocation()))?.batchItemFailures).toHaveLength(1);
    expect(minted).toEqual(['c0', 'e1', 'c2']);
    const logged = lines().map(({ message, n, messageId, correlationId }) => [message, n ?? messageId, correlationId]);
    expect(logged.sort()).toEqual([
      ['message failed', 'm2', 'c2'],
      ['message failed', 'm3', undefined],
      ['message processed', 'm0', 'c0'],
      ['message processed', 'm1', 'e1'],
      ['seen', 0, 'c0'],
      ['seen', 1, 'e1'],
      ['seen', 2, 'c2'],
    ]);
  });
});

it('a task has the id of its input, or none', async () => {
  const lines = captureLog();
  const { rt } = createTestRuntime({ logLevel: 'INFO' });
  const ids: unknown[] = [];
  const task = taskFunction(rt, z.object({ fails: z.boolean() }), async ({ fails }) => {
    ids.push(rt.correlation.id());
    if (fails) throw new Error('no');
  });
  await task({ fails: false, correlationId: 'c1' }, invocation());
  await expect(task({ fails: true, correlationId: 'c2' }, invocation())).rejects.toThrow('no');
  await task({ fails: false }, invocation());
  expect(ids).toEqual(['c1', 'c2', undefined]);
  expect(lines().map(({ message, correlationId }) => [message, correlationId])).toEqual([
    ['task succeeded', 'c1'],
    ['task failed', 'c2'],
    ['task succeeded', undefined],
  ]);
});

it('a scheduled run has no id, not even that of its caller, and its events keep the id that they bring', async () => {
  const { rt } = createTestRuntime();
  const ids: unknown[] = [];
  const run = scheduledFunction(rt, async () => {
    ids.push(mintEvent(rt, 'ThingMade.v1', fields).correlationId);
    ids.push(mintEvent(rt, 'ThingMade.v1', { ...fields, correlationId: 'before' }).correlationId);
  });
  await rt.correlation.run('caller', () => run({}, invocation()));
  expect(ids).toEqual([undefined, 'before']);
});
