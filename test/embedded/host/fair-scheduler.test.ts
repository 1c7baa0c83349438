import { describe, expect, test } from 'vitest';
import { createFairScheduler } from '../../../embedded/host/fair-scheduler.ts';

/** A scheduler whose slots are in use as long as the test says. */
const createScheduler = ({ maxSlots = 1, onYield = () => {} } = {}) => {
  let nowMs = 0;
  let yields = 0;
  const yieldToIo = async () => {
    yields += 1;
    onYield();
  };
  const { acquireSlot } = createFairScheduler({ maxSlots, now: () => nowMs, yieldToIo });
  const order: string[] = [];
  /** Uses a slot for this long. */
  const runFor = async (share: string, ms: number) => {
    const releaseSlot = await acquireSlot(share);
    order.push(share);
    nowMs += ms;
    releaseSlot();
  };
  return {
    ...{ acquireSlot, runFor, order, countYields: () => yields },
    advance(ms: number) {
      nowMs += ms;
    },
    runTimes: (count: number, share: string, ms: number) => Array.from({ length: count }, () => runFor(share, ms)),
  };
};
const nextEvent = () => new Promise((resolve) => setImmediate(resolve));
const countOf = (order: readonly string[], share: string) => order.filter((name) => name === share).length;

describe('a fair scheduler', () => {
  test('alternates between two shares, however many slots one of them waits for', async () => {
    const { order, runTimes } = createScheduler();
    await Promise.all([...runTimes(100, 'a', 1), ...runTimes(10, 'b', 1)]);
    // b has had its slots after about as many of a
    expect(countOf(order.slice(0, 21), 'b')).toBe(10);
    expect(countOf(order, 'a')).toBe(100);
  });

  test('counts time, not slots', async () => {
    const { order, runTimes } = createScheduler();
    await Promise.all([...runTimes(20, 'long', 10), ...runTimes(100, 'short', 1)]);
    const beforeFifth = order.slice(0, order.indexOf('long', order.indexOf('long', 1) + 1));
    expect(countOf(beforeFifth, 'short')).toBeGreaterThanOrEqual(9);
    expect(order.slice(0, 110).filter((share) => share === 'long').length).toBeLessThanOrEqual(11);
  });

  test('lets a share that was idle go first, but saves up no time for it', async () => {
    const { order, runTimes, runFor } = createScheduler();
    await runFor('b', 1);
    await Promise.all(runTimes(50, 'a', 1));
    order.length = 0;
    await Promise.all([...runTimes(50, 'a', 1), ...runTimes(50, 'b', 1)]);
    expect(countOf(order.slice(0, 20), 'a')).toBeGreaterThanOrEqual(9);
    expect(countOf(order.slice(0, 20), 'b')).toBeGreaterThanOrEqual(9);
  });

  test('keeps what a share has used beyond the others while it is idle', async () => {
    const { order, acquireSlot, advance, runFor, runTimes } = createScheduler();
    const releaseSlot = await acquireSlot('a');
    const rest = runTimes(200, 'b', 1);
    advance(100);
    releaseSlot();
    await Promise.all([...rest, runFor('a', 1)]);
    expect(Math.abs(order.indexOf('a') - 100)).toBeLessThanOrEqual(3);
  });

  test('keeps it also for a share that comes back after a while', async () => {
    const { order, acquireSlot, advance, runFor, runTimes } = createScheduler();
    const releaseSlot = await acquireSlot('a');
    const rest = runTimes(200, 'b', 1);
    advance(100);
    releaseSlot();
    await rest[9];
    await Promise.all([...rest, runFor('a', 1)]);
    expect(Math.abs(order.indexOf('a') - 100)).toBeLessThanOrEqual(3);
  });

  test('forgets all shares once none runs or waits', async () => {
    const { order, runFor, runTimes } = createScheduler();
    await runFor('a', 100);
    order.length = 0;
    await Promise.all([...runTimes(50, 'b', 1), ...runTimes(50, 'a', 1)]);
    expect(countOf(order.slice(0, 20), 'a')).toBeGreaterThanOrEqual(9);
  });

  test('saves up no time either while nobody waits', async () => {
    const { order, runTimes, runFor } = createScheduler();
    await runFor('b', 1);
    for (let n = 0; n < 50; n += 1) await runFor('a', 1);
    order.length = 0;
    await Promise.all([...runTimes(50, 'a', 1), ...runTimes(50, 'b', 1)]);
    expect(countOf(order.slice(0, 20), 'a')).toBeGreaterThanOrEqual(9);
  });

  test('takes of several shares the one that has used the least time', async () => {
    const { order, acquireSlot, advance, runTimes } = createScheduler();
    const releaseSlot = await acquireSlot('a');
    const rest = runTimes(100, 'a', 1);
    advance(1);
    const either = acquireSlot('a', 'b').then((release) => {
      order.push('a or b');
      release();
    });
    releaseSlot();
    await Promise.all([...rest, either]);
    expect(order.indexOf('a or b')).toBeLessThan(3);
  });

  test('lets nobody overtake a share that waits', async () => {
    const { order, acquireSlot, runFor } = createScheduler();
    const releaseSlot = await acquireSlot('a');
    const waiting = runFor('b', 1);
    releaseSlot();
    await Promise.all([waiting, runFor('c', 1)]);
    expect(order).toEqual(['b', 'c']);
  });

  test('considers requests that arrive while it lets the event loop poll', async () => {
    const arrivals: Promise<void>[] = [];
    const { order, runFor, runTimes } = createScheduler({
      onYield: () => {
        if (arrivals.length === 0) arrivals.push(runFor('b', 1));
      },
    });
    await Promise.all(runTimes(3, 'a', 10));
    await Promise.all(arrivals);
    expect(order).toEqual(['a', 'b', 'a', 'a']);
  });

  test('starves no share while others keep arriving', async () => {
    const { order, runFor, acquireSlot } = createScheduler();
    const releaseSlot = await acquireSlot('a');
    let newcomers = 0;
    const keepArriving = async (): Promise<void> => {
      newcomers += 1;
      if (newcomers > 200) return;
      await runFor(`new-${newcomers}`, 1);
      return keepArriving();
    };
    const waiting = runFor('old', 1);
    const arrivals = [keepArriving(), keepArriving()];
    releaseSlot();
    await waiting;
    expect(order.indexOf('old')).toBeLessThan(5);
    await Promise.all(arrivals);
  });

  test('gives a slot at once in an idle system', async () => {
    const { runFor, runTimes, countYields } = createScheduler({ maxSlots: 3 });
    await runFor('a', 1);
    await Promise.all(runTimes(3, 'a', 1));
    expect(countYields()).toBe(0);
  });

  test('has no more slots in use at a time than allowed', async () => {
    const { acquireSlot } = createScheduler({ maxSlots: 2 });
    const first = await acquireSlot('a');
    await acquireSlot('a');
    let hasBegun = false;
    const third = acquireSlot('b').then((releaseSlot) => {
      hasBegun = true;
      return releaseSlot;
    });
    await nextEvent();
    expect(hasBegun).toBe(false);
    first();
    // a second call must not free another place
    first();
    await third;
    const fourth = acquireSlot('c');
    expect(await Promise.race([fourth, nextEvent().then(() => 'waits')])).toBe('waits');
  });

  test('counts the time of two slots of one share only once', async () => {
    const { acquireSlot, advance, order, runTimes } = createScheduler({ maxSlots: 2 });
    const releases = [await acquireSlot('a'), await acquireSlot('a')];
    const rest = [...runTimes(1, 'a', 1), ...runTimes(300, 'b', 1)];
    advance(100);
    for (const releaseSlot of releases) releaseSlot();
    await Promise.all(rest);
    expect(Math.abs(order.indexOf('a') - 100)).toBeLessThanOrEqual(3);
  });

  test('divides elapsed time among the slots that are in use at once', async () => {
    const { acquireSlot, advance, order, runTimes } = createScheduler({ maxSlots: 2 });
    const releases = [await acquireSlot('a'), await acquireSlot('b')];
    const rest = [...runTimes(30, 'a', 1), ...runTimes(30, 'b', 1)];
    advance(100);
    for (const releaseSlot of releases) releaseSlot();
    await Promise.all(rest);
    expect(Math.abs(countOf(order.slice(0, 20), 'a') - 10)).toBeLessThanOrEqual(2);
  });
});
