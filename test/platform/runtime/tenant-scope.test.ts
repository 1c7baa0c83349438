import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import type { Authenticate, Caller } from '#platform/http/authenticate';
import { httpFunction } from '#platform/http/http-function';
import type { RouteGroup } from '#platform/http/route';
import type { TenantId } from '#platform/kernel';
import { defineEvent } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import type { BaseRuntime, Runtime } from '#platform/runtime/runtime';
import { createTenantScope } from '#platform/runtime/tenant-scope';
import { taskFunction } from '#platform/saga/task';
import { TenantIdSchema } from '#platform/schemas';
import { busEvent, invocation, messages } from '../../fixtures/invocation.ts';
import { captureLog } from '../../fixtures/log-capture.ts';
import { createFakeQueues } from '../../fixtures/queues.ts';
import { toGatewayEvent } from '../../fixtures/request.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';
import { createTestTable } from '../../fixtures/table.ts';

afterEach(() => vi.restoreAllMocks());

const [a, b] = ['a', 'b'] as [TenantId, TenantId];
/** A read of an item of tenant `b`. */
const readForeign = (rt: Runtime<'db'>) =>
  rt.db.send(new GetCommand({ TableName: rt.env('TABLE_NAME'), Key: { pk: 'things#b#thing#1', sk: 'thing' } }));

describe('a scope', () => {
  it('has the tenant of the innermost work, also after waits and beside other work', async () => {
    const { id, run } = createTenantScope(undefined);
    const seen: unknown[] = [];
    const look = async () => {
      await Promise.resolve();
      seen.push(id());
    };
    await run(a, async () => {
      await Promise.all([look(), run(b, look), run(undefined, look)]);
      await look();
    });
    await look();
    expect(seen).toEqual(['a', 'b', undefined, 'a', undefined]);
  });

  it.each([
    [undefined, false],
    ['', false],
    ['ALL', false],
    ['all', true],
  ])('of a function whose variable is %j works for all tenants: %j', (access, expected) =>
    expect(createTenantScope(access).worksForAll).toBe(expected),
  );

  it('is of one execution environment', () => {
    const [first, second] = [createTenantScope(undefined), createTenantScope(undefined)];
    expect(first.run(a, second.id)).toBeUndefined();
  });
});

const answers = { responses: { 200: () => z.looseObject({}) }, summary: 'Returns the tenant of its work.' };
const tenantIdParam = { params: { tenantId: TenantIdSchema } };
const routes = {
  asTenant: { method: 'POST', path: '/v1/things', scope: 'tenant', body: z.looseObject({}), ...answers },
  byPath: { method: 'GET', path: '/v1/tenants/{tenantId}/things', scope: 'operator', ...tenantIdParam, ...answers },
  byBody: {
    ...{ method: 'PUT', path: '/v1/things', scope: 'operator', ...answers },
    body: z.object({ tenantId: TenantIdSchema }),
  },
  ofNoTenant: { method: 'GET', path: '/v1/operator-things', scope: 'operator', ...answers },
  inPublic: { method: 'GET', path: '/v1/public-things/{tenantId}', scope: 'public', ...tenantIdParam, ...answers },
  ofTenantByPath: {
    ...{ method: 'GET', path: '/v1/own-things/{tenantId}', scope: 'tenant', ...tenantIdParam, ...answers },
  },
} as const satisfies RouteGroup;
const paths = Object.values(routes).map(({ path }) => path);

describe('a request', () => {
  const callers: Readonly<Record<string, Caller>> = {
    'Bearer a': { kind: 'tenant', tenantId: a },
    'Bearer b': { kind: 'tenant', tenantId: b },
    'Bearer op': { kind: 'operator' },
  };
  const authenticate: Authenticate = async (authorization = '') => callers[authorization];
  const show = (rt: BaseRuntime) => async () => {
    await rt.sleep(1);
    return { status: 200 as const, body: { tenant: rt.tenants.id() ?? null } };
  };
  const handlers = {
    ...{ asTenant: show, byPath: show, byBody: show, ofNoTenant: show, inPublic: show, ofTenantByPath: show },
  };
  const fn = httpFunction(createTestRuntime().rt, { authenticate, routes, handlers });
  const tenantOf = async (key: string, [method, path, body]: readonly [string, string, unknown?]) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fn(toGatewayEvent(method, path, { headers, body, paths }), invocation());
    expect(response.statusCode).toBe(200);
    return JSON.parse(response.body).tenant;
  };

  it("of a tenant is for the key's tenant, whatever tenant its content names", async () => {
    const [first, second] = await Promise.all([
      tenantOf('a', ['POST', '/v1/things', { tenantId: 'b' }]),
      tenantOf('b', ['POST', '/v1/things', { tenantId: 'a' }]),
    ]);
    expect([first, second]).toEqual(['a', 'b']);
    expect(await tenantOf('a', ['GET', '/v1/own-things/b'])).toBe('a');
  });

  it('of the operator is for the tenant in its path or its body, or for none', async () => {
    expect(await tenantOf('op', ['GET', '/v1/tenants/b/things'])).toBe('b');
    expect(await tenantOf('op', ['PUT', '/v1/things', { tenantId: 'b' }])).toBe('b');
    expect(await tenantOf('op', ['GET', '/v1/operator-things'])).toBeNull();
  });

  it('of anyone is for no tenant', async () => {
    expect(await tenantOf('a', ['GET', '/v1/public-things/b'])).toBeNull();
  });

  it('that would use a key of another tenant is answered 500, logged as an error, and shows no tenant', async () => {
    const lines = captureLog();
    const { rt } = createTestTable({ logLevel: 'WARN' });
    const { asTenant } = routes;
    const fn = httpFunction(rt, {
      ...{ authenticate, routes: { asTenant } },
      handlers: {
        asTenant: (rt: Runtime<'db'>) => async () => ({ status: 200 as const, body: { ...(await readForeign(rt)) } }),
      },
    });
    const headers = { authorization: 'Bearer a', 'content-type': 'application/json' };
    const response = await fn(toGatewayEvent('POST', '/v1/things', { headers, body: {}, paths }), invocation());
    expect(response).toMatchObject({ statusCode: 500, body: expect.stringContaining('"code":"internal"') });
    expect(response.body).not.toMatch(/things|tenant/);
    const error = {
      name: 'ForeignKey',
      message: expect.stringMatching(/^test may not use the Key of its GetItemCommand/),
    };
    expect(lines()).toMatchObject([{ level: 'ERROR', message: 'the request failed', tenantId: 'a', error }]);
  });
});

const ThingMade = defineEvent('ThingMade.v1', () => z.object({}));
const thingMade = (tenantId: string) =>
  busEvent({
    ...{ id: `e-${tenantId}`, type: 'ThingMade.v1', at: '2026-11-01T00:00:00.000Z', tenantId, aggregateId: 'b' },
    ...{ version: 1, data: { tenantId: 'c' } },
  });

describe('a worker', () => {
  it('handles each event of a batch for its own tenant, although all run at the same time', async () => {
    const { service } = createFakeQueues();
    const { rt } = createTestRuntime({ services: [service] });
    const seen: unknown[] = [];
    const worker = workerFunction(rt, [
      consumer(ThingMade, async ({ tenantId }) => {
        await rt.sleep(1);
        seen.push([tenantId, rt.tenants.id()]);
      }),
    ]);
    await rt.tenants.run('d' as TenantId, () => worker(messages(thingMade('a'), thingMade('b')), invocation()));
    expect(seen.sort()).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });

  it('makes an event that would use a key of another tenant a dead letter at once', async () => {
    const { service, deadLetters } = createFakeQueues();
    const { rt, calls } = createTestTable({ services: [service] });
    const worker = workerFunction(rt, [consumer(ThingMade, async () => void (await readForeign(rt)))]);
    expect(await worker(messages(thingMade('a'), thingMade('b')), invocation())).toEqual({ batchItemFailures: [] });
    expect(deadLetters()).toMatchObject([
      {
        body: JSON.stringify(thingMade('a')),
        attributes: { error: expect.stringMatching(/^ForeignKey: test may not/) },
      },
    ]);
    expect(calls).toHaveLength(1);
  });
});

describe('a task', () => {
  const Input = z.looseObject({ n: z.int() });

  it('runs for the tenant of its input, or for none', async () => {
    const { rt } = createTestRuntime();
    const seen: unknown[] = [];
    const task = taskFunction(rt, Input, async () => void seen.push(rt.tenants.id()));
    await rt.tenants.run(b, async () => {
      for (const tenantId of ['a', 'A#', undefined]) await task({ n: 1, tenantId }, invocation());
    });
    expect(seen).toEqual(['a', undefined, undefined]);
  });

  it('that would use a key of another tenant is unprocessable, so that a person looks at its order', async () => {
    const { rt } = createTestTable();
    const task = taskFunction(rt, Input, async () => void (await readForeign(rt)));
    await expect(task({ n: 1, tenantId: 'a' }, invocation())).rejects.toMatchObject({
      ...{ name: 'Unprocessable', message: expect.stringMatching(/^ForeignKey: test may not use the Key/) },
    });
    await task({ n: 1, tenantId: 'b' }, invocation());
  });
});
