import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { httpFunction, jsonResponse, route } from '#platform/http/http-function';
import { defineEvent } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import { scheduledFunction } from '#platform/runtime/scheduled';
import { taskFunction } from '#platform/runtime/task';
import { mintEvent } from '#platform/table/outbox';
import { delivered, invocation, messages } from './fixtures/invocation.ts';
import { linesOf } from './fixtures/log.ts';
import { eventOf } from './fixtures/request.ts';
import { world } from './fixtures/world.ts';

afterEach(() => vi.restoreAllMocks());

const ThingMade = defineEvent('ThingMade.v1', z.object({ n: z.int() }));
const made = (n: number, more: object = {}) =>
  delivered({
    ...{ id: `e${n}`, type: 'ThingMade.v1', at: '2026-11-01T00:00:00.000Z', tenantId: 't1', aggregateId: 'a1' },
    ...{ version: 1, data: { n }, ...more },
  });
const fields = { tenantId: 't1' as never, aggregateId: 'a1', version: 1, data: {} };

describe('a request', () => {
  const serve = () => {
    const { rt } = world({ logLevel: 'INFO' });
    const routes = [
      route({ method: 'GET', path: '/things', scope: 'public' }, async () => {
        await rt.sleep(1);
        return jsonResponse(200, mintEvent(rt, 'ThingMade.v1', fields));
      }),
      route({ method: 'GET', path: '/faults', scope: 'public' }, async () => {
        throw new Error('boom');
      }),
    ];
    const fn = httpFunction(rt, async () => undefined, routes);
    return async (path: string, id?: string) => {
      const event = eventOf('GET', path, { headers: id === undefined ? {} : { 'X-Correlation-Id': id } });
      return fn({ ...event, requestContext: { ...event.requestContext, requestId: 'r-17' } }, invocation());
    };
  };

  it('goes by the id that the client sends, in its answer, its log and its events', async () => {
    const lines = linesOf();
    const answer = await serve()('/things', 'Order-4_2.a');
    expect(answer.headers).toMatchObject({ 'x-correlation-id': 'Order-4_2.a' });
    expect(JSON.parse(answer.body)).toMatchObject({ correlationId: 'Order-4_2.a' });
    expect(lines()).toMatchObject([{ message: 'answered', status: 200, correlationId: 'Order-4_2.a' }]);
  });

  it.each([undefined, '', 'two words', 'x'.repeat(65), 'a\nb', '{"a":1}'])(
    'goes by its own where that is not one: %j',
    async (id) => {
      linesOf();
      const answer = await serve()('/things', id);
      expect(answer.headers).toMatchObject({ 'x-correlation-id': 'r-17' });
      expect(JSON.parse(answer.body)).toMatchObject({ correlationId: 'r-17' });
    },
  );

  it('is told its id also where it fails, and nothing of it is left for the next', async () => {
    const lines = linesOf();
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
  it('does each message of a batch under its own id, though all are under way at once', async () => {
    const lines = linesOf();
    const { rt } = world({ logLevel: 'INFO' });
    const minted: unknown[] = [];
    const worker = workerFunction(rt, [
      consumer(ThingMade, async ({ data }) => {
        await rt.sleep(10 - data.n);
        rt.logger.info('seen', { n: data.n });
        minted[data.n] = mintEvent(rt, 'ThingMade.v1', fields).correlationId;
        if (data.n === 2) throw new Error('poison');
      }),
    ]);
    const batch = [made(0, { correlationId: 'c0' }), made(1), made(2, { correlationId: 'c2' }), 'no JSON'];
    expect((await worker(messages(...batch), invocation()))?.batchItemFailures).toHaveLength(2);
    expect(minted).toEqual(['c0', 'e1', 'c2']);
    const told = lines().map(({ message, n, messageId, correlationId }) => [message, n ?? messageId, correlationId]);
    expect(told.sort()).toEqual([
      ['message failed', 'm2', 'c2'],
      ['message failed', 'm3', undefined],
      ['message taken', 'm0', 'c0'],
      ['message taken', 'm1', 'e1'],
      ['seen', 0, 'c0'],
      ['seen', 1, 'e1'],
      ['seen', 2, 'c2'],
    ]);
  });
});

it('a task goes by the id in its input, or by none', async () => {
  const lines = linesOf();
  const { rt } = world({ logLevel: 'INFO' });
  const seen: unknown[] = [];
  const task = taskFunction(rt, z.object({ fails: z.boolean() }), async ({ fails }) => {
    seen.push(rt.correlation.id());
    if (fails) throw new Error('no');
  });
  await task({ fails: false, correlationId: 'c1' }, invocation());
  await expect(task({ fails: true, correlationId: 'c2' }, invocation())).rejects.toThrow('no');
  await task({ fails: false }, invocation());
  expect(seen).toEqual(['c1', 'c2', undefined]);
  expect(lines().map(({ message, correlationId }) => [message, correlationId])).toEqual([
    ['task done', 'c1'],
    ['task failed', 'c2'],
    ['task done', undefined],
  ]);
});

it('what runs by the clock goes by no id, whatever was around it, and carries on what its events bring', async () => {
  const { rt } = world();
  const seen: unknown[] = [];
  const run = scheduledFunction(rt, async () => {
    seen.push(mintEvent(rt, 'ThingMade.v1', fields).correlationId);
    seen.push(mintEvent(rt, 'ThingMade.v1', { ...fields, correlationId: 'before' }).correlationId);
  });
  await rt.correlation.run('around', () => run({}, invocation()));
  expect(seen).toEqual([undefined, 'before']);
});
