import { afterEach, describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { type FunctionId, TENANT_THROTTLE } from '#platform/manifest';
import { systemClock } from '../../../embedded/aws/clock.ts';
import { createHost, type HostOptions } from '../../../embedded/host/host.ts';
import { type Demo, seed, toApiKey } from '../../../embedded/host/seed.ts';
import { createThrottle } from '../../../embedded/host/throttle.ts';
import { createFakeClock } from '../../fixtures/runtime.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { unbounded } from '../../fixtures/unbounded.ts';

const countAllowed = (tries: number, allow: (n: number) => boolean) =>
  Array.from({ length: tries }, (_, n) => allow(n)).filter(Boolean).length;

describe('the throttle', () => {
  it('bounds each tenant by itself, whichever of its keys it uses', () => {
    const clock = createFakeClock();
    const { allowPrincipal } = createThrottle({ rate: 1, burst: 10 }, clock);
    expect(countAllowed(20, (n) => allowPrincipal(`key ${n % 2}`, 'ada'))).toBe(10);
    expect(countAllowed(20, () => allowPrincipal('key 3', 'bob'))).toBe(10);
    clock.advance(5_000);
    expect(countAllowed(20, () => allowPrincipal('key 1', 'ada'))).toBe(5);
  });

  it('bounds all strangers together, and lets keys pass that were allowed within the last hour', () => {
    const clock = createFakeClock();
    const { allowToken, allowPrincipal } = createThrottle({ rate: 1, burst: 10 }, clock);
    allowPrincipal('known', 'ada');
    expect(countAllowed(20, (n) => allowToken(`guess ${n}`))).toBe(10);
    expect([allowToken(undefined), allowToken('known')]).toEqual([false, true]);
    clock.advance(3_600_000);
    expect(countAllowed(20, () => allowToken('known'))).toBe(10);
  });

  it('counts a key as that of a stranger once the authorizer has refused it', () => {
    const { allowToken, allowPrincipal, refuseToken } = createThrottle({ rate: 1, burst: 10 }, createFakeClock());
    allowPrincipal('revoked', 'ada');
    allowPrincipal('known', 'ada');
    refuseToken('revoked');
    refuseToken('unknown');
    expect(countAllowed(20, (n) => allowToken(n % 2 ? 'revoked' : 'unknown'))).toBe(10);
    expect(allowToken('known')).toBe(true);
    allowPrincipal('revoked', 'ada');
    expect(allowToken('revoked')).toBe(true);
  });
});

describe('the throttle over time', () => {
  it('bounds a tenant that goes on sending by its rate', () => {
    const clock = createFakeClock();
    const { allowPrincipal } = createThrottle({ rate: 1, burst: 10 }, clock);
    let allowed = countAllowed(20, () => allowPrincipal('key', 'ada'));
    for (let second = 0; second < 60; second += 1) {
      clock.advance(1_000);
      allowed += countAllowed(5, () => allowPrincipal('key', 'ada'));
    }
    expect(allowed).toBe(10 + 60);
  });

  it('knows a key that is in use for longer than an hour, and does not count it among strangers', () => {
    const clock = createFakeClock();
    const { allowToken, allowPrincipal } = createThrottle({ rate: 1, burst: 10 }, clock);
    allowPrincipal('known', 'ada');
    clock.advance(3_000_000);
    allowPrincipal('known', 'ada');
    clock.advance(3_000_000);
    expect(countAllowed(20, () => allowToken('known'))).toBe(20);
    expect(countAllowed(20, (n) => allowToken(`guess ${n}`))).toBe(10);
    expect(allowToken('known')).toBe(true);
  });

  it('remembers 10,000 tenants and keys, so that more of them do not fill the memory', () => {
    const { allowToken, allowPrincipal } = createThrottle({ rate: 0.001, burst: 1 }, createFakeClock());
    expect([allowPrincipal('key 0', 'tenant 0'), allowPrincipal('key 0', 'tenant 0')]).toEqual([true, false]);
    expect([allowToken('guess'), allowToken('key 0')]).toEqual([true, true]);
    for (let n = 1; n < 10_000; n += 1) allowPrincipal(`key ${n}`, `tenant ${n}`);
    expect([allowToken('key 0'), allowPrincipal('key 1', 'tenant 0')]).toEqual([true, false]);
    for (let n = 10_000; n < 20_000; n += 1) allowPrincipal(`key ${n}`, `tenant ${n}`);
    expect([allowToken('key 0'), allowPrincipal('key 0', 'tenant 0')]).toEqual([false, true]);
  });
});

/** Tokens a second, so that the result does not depend on how long the test takes. */
const ALMOST_NONE = 0.001;

describe('the embedded host', () => {
  const tenants: readonly Demo[] = ['ada', 'bob'].map((tenantId) => ({
    tenantId,
    secret: `${tenantId}-0123456789abcdef`,
  }));
  const [ada, bob] = tenants.map(toApiKey) as [string, string];
  const order = {
    lines: [{ sku: 'mug', quantity: 1 }],
    customer: { email: 'a@example.com' },
    payment: { token: 'tok_ok' },
  };

  const hosts: { close: () => void }[] = [];
  afterEach(() => {
    for (const host of hosts.splice(0)) host.close();
  });

  const open = async (options: Partial<HostOptions> = {}) => {
    const invocations: FunctionId[] = [];
    const host = createHost({
      ...{ contexts, secrets, scheduleIntervalMs: () => 3_600_000 },
      interceptors: {
        invoke: (id, _, proceed) => {
          invocations.push(id);
          return proceed();
        },
      },
      ...options,
    });
    hosts.push(host);
    for (const tenant of tenants) await seed(host, tenant);
    await host.loadFunctions();
    let requests = 0;
    const place = async (key: string) => {
      requests += 1;
      const headers = [
        ['authorization', `Bearer ${key}`],
        ['content-type', 'application/json'],
        ['idempotency-key', `order ${requests}`],
      ] as const;
      return host.request({ method: 'POST', target: '/v1/orders', headers, body: JSON.stringify(order) });
    };
    const writes = () => invocations.filter((id) => id === 'orders-write').length;
    return { host, place, writes, invocations };
  };
  const statusesOf = (responses: readonly { readonly status: number }[]) => {
    const counts = Map.groupBy(responses, ({ status }) => status);
    return Object.fromEntries([...counts].map(([status, all]) => [status, all.length]));
  };

  it('answers 429 to the flood of one tenant beyond its bound, and places the order of another', async () => {
    const { place, writes } = await open({ throttle: { ...TENANT_THROTTLE, rate: ALMOST_NONE } });
    const flood = Array.from({ length: 1_200 }, () => place(ada));
    const other = await place(bob);
    const responses = await Promise.all(flood);
    const { 429: throttled = 0, 202: placed = 0 } = statusesOf(responses);
    expect(other.status).toBe(202);
    expect(placed + throttled).toBe(1_200);
    expect(throttled).toBeGreaterThanOrEqual(200);
    const refused = responses.find(({ status }) => status === 429);
    expect(refused?.headers).toMatchObject({ 'retry-after': '1', 'content-type': 'application/problem+json' });
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ code: 'throttled' });
    // what is refused reaches no function
    expect(writes()).toBe(placed + 1);
  });

  it('without the bound lets all of the flood in before the other tenant', async () => {
    const { place, writes } = await open(unbounded);
    const flood = Array.from({ length: 1_200 }, () => place(ada));
    expect((await place(bob)).status).toBe(202);
    expect(writes()).toBeGreaterThan(1_200);
    expect(statusesOf(await Promise.all(flood))).toEqual({ 202: 1_200 });
  });

  it('does not call the authorizer for strangers beyond their bound, and still serves a tenant', async () => {
    const { place, invocations } = await open({ throttle: { rate: ALMOST_NONE, burst: 20 } });
    expect((await place(ada)).status).toBe(202);
    const before = invocations.filter((id) => id === 'tenants-authorize').length;
    const strangers = await Promise.all(Array.from({ length: 30 }, (_, n) => place(`bw_nobody_${n}-0123456789abcdef`)));
    const { 401: unknown = 0, 429: throttled = 0 } = statusesOf(strangers);
    expect(unknown + throttled).toBe(30);
    expect(throttled).toBeGreaterThanOrEqual(10);
    expect(invocations.filter((id) => id === 'tenants-authorize').length - before).toBe(unknown);
    expect((await place(ada)).status).toBe(202);
  });

  it('takes each spelling of a header for the same key, so that a tenant cannot use up what strangers have', async () => {
    const { host, place } = await open({ throttle: { rate: ALMOST_NONE, burst: 20 } });
    for (let n = 1; n <= 8; n += 1) {
      const headers = [['authorization', `bearer${' '.repeat(n)}${ada}`]] as const;
      const listed = await host.request({ method: 'GET', target: '/v1/orders', headers, body: '' });
      expect(listed.status).toBe(200);
    }
    const strangers = await Promise.all(Array.from({ length: 10 }, (_, n) => place(`bw_nobody_${n}-0123456789abcdef`)));
    expect(statusesOf(strangers)).toEqual({ 401: 10 });
  });

  it('bounds the requests with a revoked key like those of strangers', async () => {
    let aheadMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
    const { host, place, invocations } = await open({ clock, throttle: { rate: ALMOST_NONE, burst: 20 } });
    const headers = [['authorization', `Bearer ${ada}`] as const, ['content-type', 'application/json'] as const];
    const made = await host.request({
      ...{ method: 'POST', target: '/v1/keys', body: '{"name":"till"}' },
      headers: [...headers, ['idempotency-key', 'till']],
    });
    const { id, apiKey } = JSON.parse(made.body) as { readonly id: string; readonly apiKey: string };
    expect((await place(apiKey)).status).toBe(202);
    const revoked = await host.request({ method: 'DELETE', target: `/v1/keys/${id}`, headers, body: '' });
    expect(revoked.status).toBe(200);
    // the caches of the gateway and of the functions have ended
    aheadMs = 6_000;
    const before = invocations.filter((id) => id === 'tenants-authorize').length;
    const refused = [];
    for (let n = 0; n < 30; n += 1) refused.push(await place(apiKey));
    const { 401: unknown = 0, 429: throttled = 0 } = statusesOf(refused);
    expect(unknown + throttled).toBe(30);
    expect(throttled).toBeGreaterThanOrEqual(10);
    expect(invocations.filter((id) => id === 'tenants-authorize').length - before).toBe(unknown);
  });
});
