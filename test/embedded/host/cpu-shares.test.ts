import { describe, expect, test } from 'vitest';
import { createCpuShares, findTenantIds } from '../../../embedded/host/cpu-shares.ts';
import { createFairScheduler } from '../../../embedded/host/fair-scheduler.ts';

const nextEvent = () => new Promise((resolve) => setImmediate(resolve));

const task = { spec: {}, routes: [] };
const route = { spec: {}, routes: ['GET /v1/orders'] };
const consumer = { spec: { consumes: ['OrderPlaced.v1'] }, routes: [] } as const;
const relay = { spec: { streams: true }, routes: [] } as const;

/** Shares of which one invocation runs at a time, and every share that requested a slot. */
const createShares = () => {
  const { acquireSlot } = createFairScheduler({ maxSlots: 1, now: () => 0 });
  const requested: string[] = [];
  const shares = createCpuShares({
    acquireSlot(...shares) {
      requested.push(shares.join(' or '));
      return acquireSlot(...shares);
    },
  });
  return { ...shares, requested };
};

describe('the tenant of an invocation', () => {
  const tenantId = 'acme';

  test.each([
    ['the input of a task', task, { tenantId }],
    [
      'what the authorizer says of a request',
      route,
      { requestContext: { authorizer: { tenantId } }, tenantId: 'other' },
    ],
    ['the group of a message', consumer, { Records: [{ attributes: { MessageGroupId: tenantId } }] }],
  ])('is in %s', (_, fn, input) => {
    expect(findTenantIds(fn, input)).toEqual([tenantId]);
  });

  test('is each group in a batch', () => {
    const records = [tenantId, 'b', undefined, tenantId].map((MessageGroupId) => ({ attributes: { MessageGroupId } }));
    expect(findTenantIds(consumer, { Records: records })).toEqual([tenantId, 'b']);
  });

  test.each([
    ['a request of a stranger', route, { requestContext: { authorizer: null } }],
    ['a message without a group', consumer, { Records: [{ attributes: {} }] }],
    ['a schedule', task, {}],
  ])('does not exist in %s', (_, fn, input) => {
    expect(findTenantIds(fn, input)).toEqual([]);
  });
});

describe('the CPU shares of tenants', () => {
  test('an invocation that waits releases its slot, and gets another one afterwards', async () => {
    const { run, whileWaiting, requested } = createShares();
    const { promise: answer, resolve: respond } = Promise.withResolvers<void>();
    const slow = run(task, { tenantId: 'a' }, () => whileWaiting(() => answer));
    expect(await run(task, { tenantId: 'b' }, async () => 'done')).toBe('done');
    respond();
    await slow;
    expect(requested).toEqual(['a', 'b', 'a']);
  });

  test('a batch of several tenants does not wait behind the work of one of them', async () => {
    const { run, requested } = createShares();
    const Records = ['a', 'b'].map((id) => ({ attributes: { MessageGroupId: id } }));
    await run(consumer, { Records }, async () => {});
    expect(requested).toEqual(['a or b']);
  });

  test('an invocation that fails releases its slot', async () => {
    const { run } = createShares();
    const failing = run(task, { tenantId: 'a' }, async () => {
      throw new Error('crash');
    });
    await expect(failing).rejects.toThrow('crash');
    expect(await run(task, { tenantId: 'b' }, async () => 'done')).toBe('done');
  });

  test('code that goes on after its invocation has ended gets no slot', async () => {
    const { run, whileWaiting, requested } = createShares();
    const { promise: answer, resolve: respond } = Promise.withResolvers<void>();
    await run(task, { tenantId: 'a' }, async () => void whileWaiting(() => answer));
    respond();
    await nextEvent();
    expect(requested).toEqual(['a']);
    expect(await run(task, { tenantId: 'b' }, async () => 'done')).toBe('done');
  });

  test('parts of one invocation that wait at the same time get one slot', async () => {
    const { run, whileWaiting, requested } = createShares();
    await run(task, { tenantId: 'a' }, () => Promise.all([whileWaiting(nextEvent), whileWaiting(nextEvent)]));
    expect(requested).toEqual(['a', 'a']);
    expect(await run(task, { tenantId: 'b' }, async () => 'done')).toBe('done');
  });

  test('a called function without a tenant counts for its caller, and a request of nobody has a share of its own', async () => {
    const { run, whileWaiting, requested } = createShares();
    await run(task, { tenantId: 'a' }, () => whileWaiting(() => run(route, {}, async () => 'charged')));
    await run(route, {}, async () => 'refused');
    expect(requested).toEqual(['a', 'a', 'a', '']);
  });

  test('a called function with a tenant counts for that one, and what has none and is not called, for nobody', async () => {
    const { run, whileWaiting, requested } = createShares();
    const requestOfB = { requestContext: { authorizer: { tenantId: 'b' } } };
    await run(task, { tenantId: 'a' }, () => whileWaiting(() => run(route, requestOfB, async () => {})));
    expect(requested.splice(0)).toEqual(['a', 'b', 'a']);
    await run(task, { tenantId: 'a' }, () => whileWaiting(() => run(consumer, { Records: [] }, async () => {})));
    expect(requested).toEqual(['a', '', 'a']);
  });

  test('an invocation whose wait fails gets a slot again before it goes on', async () => {
    const { run, whileWaiting, requested } = createShares();
    const failingWait = () =>
      whileWaiting(async () => {
        throw new Error('no answer');
      });
    await run(task, { tenantId: 'a' }, () => expect(failingWait()).rejects.toThrow('no answer'));
    expect(requested).toEqual(['a', 'a']);
  });

  test('a stream batch that begins within an invocation leaves the slot of that one alone', async () => {
    const { run, whileWaiting, requested } = createShares();
    await run(task, { tenantId: 'a' }, () => run(relay, {}, () => whileWaiting(nextEvent)));
    expect(requested).toEqual(['a']);
  });

  test('a stream batch does not wait', async () => {
    const { run } = createShares();
    const { promise: endless } = Promise.withResolvers<void>();
    void run(task, { tenantId: 'a' }, () => endless);
    await nextEvent();
    expect(await run(relay, {}, async () => 'published')).toBe('published');
  });
});
