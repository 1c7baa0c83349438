import { describe, expect, it } from 'vitest';
import type { Order } from '#orders/domain/order';
import type { DueEntry } from '#orders/use-cases/ports';
import { addMs, type OrderId, type TenantId } from '#platform/kernel';
import { anOfflineOrder, anOrder, anOrderNotDue, at, aWaitingOrder, limits, tenantId } from '../fixtures/order.ts';
import { createSweepBackend } from './fixtures/sweep-backend.ts';

const idOf = (n: number) => `o${n}` as OrderId;
const stalledOrders = (count: number, change: Partial<Order> = {}) =>
  Array.from({ length: count }, (_, n) => anOrder({ id: idOf(n), ...change }));
const nothing = {
  ...{ restarted: 0, canaries: 0, expired: 0, parked: 0, released: 0, offline: 0, failed: 0, heldBack: 0 },
  ...{ mayHaveLostEvents: 0, heldBackTenants: [] as TenantId[] },
};
const confirm = (order: Order): Order => ({
  ...order,
  status: 'confirmed',
  due: undefined,
  version: order.version + 1,
});

describe('a sweep', () => {
  it('restarts up to five orders that make no progress, without watching any', async () => {
    const { sweep, transitions, sleeps, leases } = createSweepBackend(stalledOrders(5), limits.standstillMs);
    expect(await sweep()).toEqual({ ...nothing, restarted: 5, canaries: 5 });
    expect(transitions.map(([, { id, run, restarts }]) => [id, run, restarts])).toEqual(
      [0, 1, 2, 3, 4].map((n) => [idOf(n), 2, 0]),
    );
    expect(sleeps()).toBe(0);
    const now = addMs(at, limits.standstillMs);
    expect(leases).toEqual([['acquired', now, addMs(now, 90_000)], ['released']]);
  });

  it('restarts five of many as canaries, and nothing else while none of them makes progress', async () => {
    const { sweep, transitions, reads, sleeps } = createSweepBackend(stalledOrders(500), limits.standstillMs);
    expect(await sweep()).toEqual({
      ...nothing,
      restarted: 5,
      canaries: 5,
      heldBack: 495,
      heldBackTenants: [tenantId],
    });
    expect(transitions).toHaveLength(5);
    expect(sleeps()).toBe(15);
    // five canaries, one order behind them, and fifteen looks at the canaries: the backlog is not read
    expect(reads()).toBe(5 + 1 + 15 * 5);
  });

  it('restarts all others, oldest first, once one canary has made progress, and lengthens only their back-off', async () => {
    const { sweep, transitions, rows } = createSweepBackend(stalledOrders(500), limits.standstillMs, {
      onSleep: (sleeps) => {
        const canary = rows.get(idOf(3));
        if (sleeps === 2 && canary) rows.set(canary.id, confirm(canary));
      },
    });
    expect(await sweep()).toEqual({ ...nothing, restarted: 500, canaries: 5 });
    expect(transitions.map(([from]) => from.id)).toEqual(stalledOrders(500).map(({ id }) => id));
    expect(transitions.map(([, { restarts }]) => restarts)).toEqual([
      ...Array.from({ length: 5 }, () => 0),
      ...Array.from({ length: 495 }, () => 1),
    ]);
  });

  it('does not hold placed orders back because none can be unwound, and the other way round', async () => {
    const unwinding = Array.from({ length: 20 }, (_, n) =>
      anOrder({ id: `c${n}` as OrderId, status: 'cancelling', reason: 'out_of_stock' }),
    );
    const { sweep, rows, transitions } = createSweepBackend([...unwinding, ...stalledOrders(20)], limits.standstillMs, {
      onSleep: () => {
        const canary = rows.get(idOf(0));
        if (canary) rows.set(canary.id, confirm(canary));
      },
    });
    expect(await sweep()).toEqual({
      ...nothing,
      restarted: 25,
      canaries: 10,
      heldBack: 15,
      heldBackTenants: [tenantId],
    });
    expect(transitions.filter(([{ status }]) => status === 'placed')).toHaveLength(20);
  });

  const perTenant = (count: number, ofTenant: (n: number) => string) =>
    stalledOrders(count).map((order, n) => ({ ...order, tenantId: ofTenant(n) as TenantId }));

  it('does not hold the orders of one tenant back because others make no progress', async () => {
    const sick = perTenant(90, (n) => `sick${n % 45}`);
    const flood = stalledOrders(300, { tenantId: 'flood' as TenantId }).map((o, n) => ({
      ...o,
      id: `f${n}` as OrderId,
    }));
    const healthy = Array.from({ length: 8 }, (_, n) => anOrder({ id: `h${n}` as OrderId }));
    const { sweep, rows, transitions } = createSweepBackend([...flood, ...sick, ...healthy], limits.standstillMs, {
      onSleep: () => {
        const canary = rows.get('h2');
        if (canary?.run === 2) rows.set(canary.id, confirm(canary));
      },
    });
    expect(await sweep()).toMatchObject({ restarted: 5 + 90 + 8, heldBack: 295, heldBackTenants: ['flood'] });
    expect(transitions.filter(([{ tenantId: tenant }]) => tenant === tenantId)).toHaveLength(8);
  });

  it('restarts a hundred canaries of many tenants, and the others once one of all canaries has made progress', async () => {
    const orders = perTenant(150, (n) => `t${n}`);
    const lasting = createSweepBackend(orders, limits.standstillMs);
    const report = await lasting.sweep();
    expect(report).toMatchObject({ restarted: 100, canaries: 100, heldBack: 50 });
    expect(report).toHaveProperty('heldBackTenants.length', 10);
    const over = createSweepBackend(orders, limits.standstillMs, {
      onSleep: () => {
        const canary = over.rows.get(idOf(99));
        if (canary) over.rows.set(canary.id, confirm(canary));
      },
    });
    expect(await over.sweep()).toMatchObject({ restarted: 150, canaries: 100, heldBack: 0, heldBackTenants: [] });
  });

  it("takes neither a customer's cancel nor a parked canary for progress", async () => {
    const { sweep, rows } = createSweepBackend(stalledOrders(6), limits.standstillMs, {
      onSleep: () => {
        for (const [n, change] of [
          [0, { status: 'cancelling', reason: 'cancelled_by_customer' }],
          [1, { status: 'needs_attention' }],
        ] as const) {
          const canary = rows.get(idOf(n));
          if (canary) rows.set(canary.id, { ...canary, ...change });
        }
        rows.delete(idOf(2));
      },
    });
    expect(await sweep()).toMatchObject({ heldBackTenants: [tenantId], heldBack: 1 });
  });

  it('takes no canary that is not due any more, does not exist, or is parked, and holds none of them back', async () => {
    const orders = [
      ...stalledOrders(5),
      anOrder({ id: idOf(5), due: at }),
      anOrder({ id: idOf(6), due: at }),
      anOrder({ id: idOf(7), due: at, history: [{ at: addMs(at, -limits.parkAfterMs), status: 'placed' }] }),
    ];
    const { sweep, rows, transitions } = createSweepBackend(orders, limits.standstillMs);
    rows.set(idOf(5), anOrderNotDue({ id: idOf(5), status: 'confirmed' }));
    rows.delete(idOf(6));
    expect(await sweep()).toEqual({ ...nothing, restarted: 5, canaries: 5, parked: 1, mayHaveLostEvents: 1 });
    expect(transitions).toHaveLength(6);
    const late = createSweepBackend(
      [...stalledOrders(5), ...orders.slice(7).map((order) => ({ ...order, due: addMs(at, 300_000) }))],
      limits.standstillMs,
    );
    expect(await late.sweep()).toMatchObject({ restarted: 5, parked: 1, heldBack: 0, heldBackTenants: [] });
  });

  it('goes on with the other orders if one cannot be read or written, and reports it', async () => {
    const { sweep, failures } = createSweepBackend(stalledOrders(4), limits.standstillMs, {
      find: (id) => (id === idOf(1) ? Promise.reject(new Error('cannot be read')) : undefined),
    });
    expect(await sweep()).toEqual({ ...nothing, restarted: 3, canaries: 3, failed: 1 });
    expect(failures).toMatchObject([[{ id: idOf(1), kind: 'placed' }, { message: 'cannot be read' }]]);
  });

  it('goes on watching if a canary cannot be read', async () => {
    let isBroken = false;
    const { sweep, rows, failures } = createSweepBackend(stalledOrders(6), limits.standstillMs, {
      onSleep: (sleeps) => {
        isBroken = true;
        const canary = rows.get(idOf(1));
        if (sleeps === 3 && canary) rows.set(canary.id, confirm(canary));
      },
      find: (id) => (isBroken && id === idOf(0) ? Promise.reject(new Error('cannot be read')) : undefined),
    });
    expect(await sweep()).toMatchObject({ restarted: 6, heldBackTenants: [] });
    expect(failures).toHaveLength(3);
  });

  it('stops when its time is over, and leaves the other orders to the next sweep', async () => {
    const { sweep, leases, transitions } = createSweepBackend(stalledOrders(1), limits.standstillMs);
    expect(await sweep(() => false)).toEqual(nothing);
    expect(transitions).toEqual([]);
    expect(leases.at(-1)).toEqual(['released']);
    // whenever the time is over: before, between or behind the canaries
    for (let budget = 0; budget < 40; budget += 1) {
      let calls = 0;
      const many = createSweepBackend(stalledOrders(300), limits.standstillMs);
      await many.sweep(() => {
        calls += 1;
        return calls <= budget;
      });
      expect(many.transitions.length).toBeLessThanOrEqual(Math.min(budget, 5));
    }
  });

  it('releases its lease even if the list cannot be read', async () => {
    const { sweep, leases } = createSweepBackend([], limits.standstillMs, {
      findDue: () => Promise.reject(new Error('throttled')),
    });
    await expect(sweep()).rejects.toThrow('throttled');
    expect(leases.at(-1)).toEqual(['released']);
  });

  it('does not start while another sweep holds the lease', async () => {
    const { sweep, transitions, leases } = createSweepBackend(stalledOrders(1), limits.standstillMs, { lease: false });
    expect(await sweep()).toBe('lease_held');
    expect(transitions).toEqual([]);
    expect(leases).toHaveLength(1);
  });
});

describe('orders that await their payment', () => {
  const tenants = ['t1', 't2'] as TenantId[];
  const waitingOrders = tenants.flatMap((tenant, t) =>
    Array.from({ length: 3 }, (_, n) => aWaitingOrder({ id: idOf(10 * t + n), tenantId: tenant })),
  );

  it('are released for each tenant whose provider is available, and are not even read for the others', async () => {
    const { sweep, rows, reads, availabilityCalls } = createSweepBackend(waitingOrders, 60_000, {
      isAvailable: async (tenant) => tenant === 't2',
    });
    expect(await sweep()).toEqual({ ...nothing, released: 3 });
    expect([...rows.values()].map(({ tenantId: tenant, status }) => [tenant, status])).toEqual([
      ...Array.from({ length: 3 }, () => ['t1', 'awaiting_payment']),
      ...Array.from({ length: 3 }, () => ['t2', 'placed']),
    ]);
    expect(reads()).toBe(3);
    expect(availabilityCalls).toEqual(['t1', 't2']);
  });

  it('become offline when their wait is over, unless the provider is available by then', async () => {
    const gone = createSweepBackend(waitingOrders, 5 * 60_000);
    expect(await gone.sweep()).toEqual({ ...nothing, offline: 6 });
    const back = createSweepBackend(waitingOrders, 5 * 60_000, { isAvailable: async () => true });
    expect(await back.sweep()).toEqual({ ...nothing, released: 6 });
  });

  it('stay as they are if it cannot be read whether the provider is available', async () => {
    const { sweep, transitions, failures } = createSweepBackend(waitingOrders.slice(0, 2), 60_000, {
      isAvailable: () => Promise.reject(new Error('cannot be read')),
    });
    expect(await sweep()).toEqual(nothing);
    expect(transitions).toEqual([]);
    expect(failures).toMatchObject([[tenantId, { message: 'cannot be read' }]]);
  });

  it('are expired past their deadline, which pauses extend; the pauses are read once', async () => {
    const offline = [0, 1].map((n) => anOfflineOrder({ id: idOf(n) }));
    const late = limits.paymentDeadlineMs + 60_000;
    const expired = createSweepBackend(offline, late);
    expect(await expired.sweep()).toEqual({ ...nothing, expired: 2 });
    expect(expired.pauseReads()).toBe(1);
    const paused = createSweepBackend(offline, late, {
      pauses: async () => [{ from: at, until: addMs(at, 120_000), reason: 'incident' }],
    });
    expect(await paused.sweep()).toEqual(nothing);
    const unknown = createSweepBackend(offline, late, { pauses: () => Promise.reject(new Error('cannot be read')) });
    expect(await unknown.sweep()).toEqual(nothing);
    expect(unknown.failures).toMatchObject([['pauses', { message: 'cannot be read' }]]);
  });

  it('are looked at although other orders make no progress, and no canary does', async () => {
    const orders = [
      ...stalledOrders(20),
      ...waitingOrders.map((order) => ({ ...order, id: `w${order.id}` as OrderId })),
    ];
    const { sweep } = createSweepBackend(orders, 6 * 60_000, { isAvailable: async () => true });
    expect(await sweep()).toMatchObject({ heldBackTenants: [tenantId], released: 6, canaries: 5 });
  });
});

it('treats an entry whose order has changed since as what the order is now', async () => {
  const entries: DueEntry[] = [{ tenantId, id: idOf(0), kind: 'placed' }];
  const offline = anOfflineOrder({ id: idOf(0), due: at });
  const { sweep, transitions } = createSweepBackend([offline], limits.paymentDeadlineMs + 60_000, {
    findDue: async () => ({ entries }),
  });
  expect(await sweep()).toEqual(nothing);
  expect(transitions).toEqual([]);
});
