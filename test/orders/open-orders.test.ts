import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  hasTooManyOpenOrders,
  NO_VERDICT,
  type OpenOrdersVerdict,
  tenantsAtBound,
  verdictOn,
} from '#orders/domain/open-orders';
import { dueOrders, openOrderFinder } from '#orders/table/due-orders';
import { dueShards, openOrdersKey } from '#orders/table/keys';
import { openOrdersCheck, openOrderVerdicts } from '#orders/table/open-orders';
import { orderTable } from '#orders/table/order-table';
import { countOpenOrders } from '#orders/use-cases/count-open-orders';
import type { FindOpenOrders } from '#orders/use-cases/ports';
import { sweepWorker } from '#orders/workers/sweep';
import { addMs, type OrderId, type TenantId } from '#platform/kernel';
import { invocation } from '../fixtures/invocation.ts';
import { captureLog } from '../fixtures/log-capture.ts';
import { anOfflineOrder, anOrder, at, aWaitingOrder, limits, momentAt } from '../fixtures/order.ts';
import { createTestTable } from '../fixtures/table.ts';

afterEach(() => vi.restoreAllMocks());

const tenant = (name: string) => name as TenantId;
const idOf = (text: string) => text as OrderId;
const [ada, bob] = [tenant('ada'), tenant('bob')];
const MINUTE = 60_000;

describe('a verdict', () => {
  const counts = new Map([
    [ada, 2],
    [bob, 3],
    [tenant('cy'), 1],
  ]);

  it('names the tenants at or above the bound, those with the most open orders first, and expires', () => {
    const verdict = verdictOn(tenantsAtBound(counts, 2), { at, before: NO_VERDICT, complete: true });
    expect(verdict).toEqual({ tenants: [bob, ada], validUntil: addMs(at, 150_000) });
    expect(hasTooManyOpenOrders(verdict, ada, addMs(at, 149_999))).toBe(true);
    expect(hasTooManyOpenOrders(verdict, ada, addMs(at, 150_000))).toBe(false);
    expect(hasTooManyOpenOrders(verdict, tenant('cy'), at)).toBe(false);
    expect(hasTooManyOpenOrders(NO_VERDICT, ada, at)).toBe(false);
  });

  it('names at most 1,000 tenants', () => {
    const many = new Map(Array.from({ length: 1_001 }, (_, n) => [tenant(`t${n}`), n + 1]));
    const { tenants } = verdictOn(tenantsAtBound(many, 1), { at, before: NO_VERDICT, complete: true });
    expect(tenants).toHaveLength(1_000);
    expect(tenants).not.toContain('t0');
  });
});

describe('a count', () => {
  const found = (...tenants: readonly TenantId[]): FindOpenOrders =>
    async function* () {
      yield* tenants;
    };
  const createCount = (findOpenOrders: FindOpenOrders, stored: OpenOrdersVerdict = NO_VERDICT) => {
    const put: OpenOrdersVerdict[] = [];
    const verdicts = {
      find: async () => stored,
      put: async (verdict: OpenOrdersVerdict) => void put.push(verdict),
    };
    const count = countOpenOrders({ findOpenOrders, verdicts, now: () => momentAt(at), maxOpenOrders: 2 });
    return { count, put };
  };

  it('adds up all orders and stores who has too many', async () => {
    const { count, put } = createCount(found(ada, bob, bob, bob, ada, tenant('cy')));
    expect(await count(() => true)).toEqual({
      atBound: [
        { tenantId: bob, openOrders: 3 },
        { tenantId: ada, openOrders: 2 },
      ],
      complete: true,
    });
    expect(put).toEqual([{ tenants: [bob, ada], validUntil: addMs(at, 150_000) }]);
  });

  it('looks at the orders that are due later than now, as far as the longest standstill', async () => {
    const ranges: unknown[] = [];
    const { count } = createCount((range) => {
      ranges.push(range);
      return found()(range);
    });
    await count(() => true);
    expect(ranges).toEqual([{ after: at, until: addMs(at, limits.maxStandstillMs) }]);
  });

  it('writes nothing while no tenant has too many, except to lift a verdict in force', async () => {
    const openOrders = found(ada, bob);
    const cases: readonly [OpenOrdersVerdict, number][] = [
      [NO_VERDICT, 0],
      [{ tenants: [ada], validUntil: at }, 0],
      [{ tenants: [], validUntil: addMs(at, 1) }, 0],
      [{ tenants: [ada], validUntil: addMs(at, 1) }, 1],
    ];
    for (const [stored, writes] of cases) {
      const { count, put } = createCount(openOrders, stored);
      expect(await count(() => true)).toEqual({ atBound: [], complete: true });
      expect(put.map(({ tenants }) => tenants)).toEqual(Array.from({ length: writes }, () => []));
    }
  });

  it('stops when its time is over, says so, and stores what it has found', async () => {
    const { count, put } = createCount(found(ada, bob));
    expect(await count(() => false)).toEqual({ atBound: [], complete: false });
    expect(put).toEqual([]);
    const { count: countLonger, put: stored } = createCount(found(ada, ada, ada));
    const answers = [true, false];
    expect(await countLonger(() => answers.shift() ?? true)).toEqual({
      ...{ atBound: [{ tenantId: ada, openOrders: 2 }], complete: false },
    });
    expect(stored).toMatchObject([{ tenants: [ada] }]);
  });

  it('lifts nothing that is in force where it is not complete, because it has not seen every order', async () => {
    const cases: readonly [OpenOrdersVerdict, readonly TenantId[][]][] = [
      [{ tenants: [bob], validUntil: addMs(at, 1) }, [[ada, bob]]],
      [{ tenants: [bob], validUntil: at }, [[ada]]],
    ];
    for (const [before, stored] of cases) {
      const { count, put } = createCount(found(ada, ada, ada), before);
      const answers = [true, false];
      await count(() => answers.shift() ?? true);
      expect(put.map(({ tenants }) => tenants)).toEqual(stored);
    }
  });
});

describe('the walk of the due list', () => {
  it('finds orders whose saga is under way, page by page, and neither one that makes no progress nor one that awaits its payment', async () => {
    const { rt, calls } = createTestTable();
    const orders = orderTable(rt);
    const soon = addMs(at, 1);
    for (const order of [
      anOrder({ id: idOf('stalled'), due: at }),
      anOrder({ id: idOf('placed'), due: soon }),
      anOrder({ id: idOf('unwound'), tenantId: bob, status: 'cancelling', reason: 'out_of_stock', due: soon }),
      anOrder({ id: idOf('last'), tenantId: bob, due: addMs(at, 9) }),
      anOrder({ id: idOf('beyond'), due: addMs(at, 10) }),
      aWaitingOrder({ id: idOf('waiting'), due: soon }),
      anOfflineOrder({ id: idOf('offline'), due: soon }),
    ])
      await orders.putIfAbsent(order);
    const found: TenantId[] = [];
    for await (const tenantId of openOrderFinder(rt)({ after: at, until: addMs(at, 9) })) found.push(tenantId);
    expect(found.sort()).toEqual([bob, bob, 't1']);
    expect(calls.filter(({ operation }) => operation === 'Query')).toHaveLength(dueShards().length);
  });
});

describe('the check of an execution environment', () => {
  const setUp = async () => {
    let isDown = false;
    const { rt, calls, clock } = createTestTable({
      intercept: (operation, name) => (input, caller) => {
        if (isDown && name === 'GetItem') throw Object.assign(new Error('down'), { name: 'ValidationException' });
        return operation(input, caller);
      },
    });
    const now = () => rt.now().toISOString();
    const verdicts = openOrderVerdicts(rt);
    await verdicts.put({ tenants: [ada], validUntil: addMs(now(), MINUTE) });
    const reads = () => calls.filter(({ operation }) => operation === 'GetItem').length;
    let isLate = false;
    // a wait that is over at once, or never
    const sleep = () => (isLate ? Promise.resolve() : new Promise<void>(() => {}));
    const check = openOrdersCheck(Object.create(rt, { sleep: { value: sleep } }));
    const isRefused = async (tenantId: TenantId) => hasTooManyOpenOrders(await check(), tenantId, now());
    const delayReads = () => {
      isLate = true;
    };
    const breakReads = () => {
      isDown = true;
    };
    return { isRefused, delayReads, reads, breakReads, verdicts, clock, calls };
  };

  it('reads the verdict at most once in ten seconds', async () => {
    const { isRefused, reads, verdicts, clock } = await setUp();
    expect([await isRefused(ada), await isRefused(bob)]).toEqual([true, false]);
    expect(reads()).toBe(1);
    await verdicts.put({ tenants: [], validUntil: '' });
    clock.advance(9_999);
    expect(await isRefused(ada)).toBe(true);
    expect(reads()).toBe(1);
    clock.advance(1);
    expect(await isRefused(ada)).toBe(false);
    expect(reads()).toBe(2);
  });

  it('reads it eventually consistently, at half a read unit', async () => {
    const { isRefused, calls } = await setUp();
    await isRefused(ada);
    expect(calls.at(-1)).toMatchObject({ operation: 'GetItem', units: { read: 0.5 } });
  });

  it('refuses nothing if the read is late, and uses what it has read for the next requests', async () => {
    const { isRefused, delayReads, clock } = await setUp();
    expect(await isRefused(ada)).toBe(true);
    delayReads();
    clock.advance(10_000);
    expect(await isRefused(ada)).toBe(false);
    await vi.waitFor(async () => expect(await isRefused(ada)).toBe(true));
  });

  it('refuses nothing if the verdict cannot be read', async () => {
    const { isRefused, breakReads, clock } = await setUp();
    expect(await isRefused(ada)).toBe(true);
    breakReads();
    clock.advance(10_000);
    expect(await isRefused(ada)).toBe(false);
  });
});

describe('the sweeper', () => {
  const setUp = async (intercept?: Parameters<typeof createTestTable>[0]) => {
    const lines = captureLog();
    const { rt, clock, metrics, itemAt } = createTestTable({ logLevel: 'WARN', ...intercept });
    const limited = Object.create(rt, { times: { value: { ...rt.times, maxOpenOrders: 3 } } });
    const orders = orderTable(rt);
    const due = addMs(rt.now().toISOString(), 1);
    for (let n = 0; n < 3; n += 1) await orders.putIfAbsent(anOrder({ id: idOf(`o${n}`), due }));
    const counts = () => metrics.map(({ name, value }) => ({ [name]: value }));
    return { sweep: () => sweepWorker(limited)({}, invocation(55_000, clock)), rt, clock, counts, lines, itemAt };
  };

  it('counts open orders, and names the tenants that have too many', async () => {
    const { sweep, counts, lines, itemAt } = await setUp();
    await sweep();
    expect(counts()).toEqual([{ TenantsAtOrderLimit: 1 }]);
    expect(lines()).toMatchObject([
      {
        message: 'these tenants have too many open orders: their further orders are refused',
        tenants: [{ tenantId: 't1', openOrders: 3 }],
      },
    ]);
    expect(await itemAt(openOrdersKey)).toMatchObject({ tenants: ['t1'] });
  });

  it('does not count orders that make no progress and wait for it', async () => {
    const { sweep, counts, clock, itemAt } = await setUp();
    clock.advance(1);
    await sweep();
    expect(counts()).toEqual([{ OrdersRestarted: 3 }]);
    expect(await itemAt(openOrdersKey)).toBeUndefined();
  });

  it('sweeps although the count fails, and then fails itself', async () => {
    const { sweep, counts, clock } = await setUp({
      intercept: (operation) => (input, caller) => {
        // the sweep reads the due list from its beginning
        if (input.ExpressionAttributeValues?.[':after']?.S?.startsWith('20'))
          throw Object.assign(new Error('no count'), { name: 'ValidationException' });
        return operation(input, caller);
      },
    });
    clock.advance(1);
    await expect(sweep()).rejects.toThrow('no count');
    expect(counts()).toEqual([{ OrdersRestarted: 3 }]);
  });

  it('reports both errors if the count fails, too', async () => {
    let isDown = false;
    const { sweep, lines } = await setUp({
      intercept: (operation, name) => (input, caller) => {
        if (isDown) throw Object.assign(new Error(`no ${name}`), { name: 'ValidationException' });
        return operation(input, caller);
      },
    });
    isDown = true;
    await expect(sweep()).rejects.toThrow('no PutItem');
    expect(lines()).toContainEqual(
      expect.objectContaining({ level: 'ERROR', message: 'the count of open orders failed, too' }),
    );
  });

  it('counts although another sweep holds the lease', async () => {
    const { sweep, counts, rt } = await setUp();
    const now = rt.now().toISOString();
    await dueOrders(rt).acquireLease(now, addMs(now, MINUTE));
    await sweep();
    expect(counts()).toEqual([{ TenantsAtOrderLimit: 1 }]);
  });

  it('reports a count that its time did not suffice for', async () => {
    const { sweep, counts, clock } = await setUp({
      intercept: (operation) => (input, caller) => {
        if (input.KeyConditionExpression?.includes('BETWEEN')) clock.advance(60_000);
        return operation(input, caller);
      },
    });
    await sweep();
    expect(counts()).toContainEqual({ OpenOrdersNotCounted: 1 });
  });
});
