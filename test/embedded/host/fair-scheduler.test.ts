import { describe, expect, test } from 'vitest';
import { createFairScheduler } from '../../../embedded/host/fair-scheduler.ts';

/** A scheduler whose turns last as long as the test says. */
const createScheduler = ({ maxTurns = 1, onYield = () => {} } = {}) => {
  let nowMs = 0;
  let yields = 0;
  const yieldToIo = async () => {
    yields += 1;
    onYield();
  };
  const { takeTurn } = createFairScheduler({ maxTurns, now: () => nowMs, yieldToIo });
  const order: string[] = [];
  /** A turn that takes this long. */
  const work = async (share: string, ms: number) => {
    const endTurn = await takeTurn(share);
    order.push(share);
    nowMs += ms;
    endTurn();
  };
  return {
    ...{ takeTurn, work, order, countYields: () => yields },
    advance(ms: number) {
      nowMs += ms;
    },
    workTimes: (count: number, share: string, ms: number) => Array.from({ length: count }, () => work(share, ms)),
  };
};
const nextEvent = () => new Promise((resolve) => setImmediate(resolve));
const countOf = (order: readonly string[], share: string) => order.filter((name) => name === share).length;

describe('a fair scheduler', () => {
  test('alternates between two shares, however many turns one of them waits for', async () => {
    const { order, workTimes } = createScheduler();
    await Promise.all([...workTimes(100, 'a', 1), ...workTimes(10, 'b', 1)]);
    // every turn of b is over after about as many turns of a
    expect(countOf(order.slice(0, 21), 'b')).toBe(10);
    expect(countOf(order, 'a')).toBe(100);
  });

  test('counts time, not turns', async () => {
    const { order, workTimes } = createScheduler();
    await Promise.all([...workTimes(20, 'long', 10), ...workTimes(100, 'short', 1)]);
    const beforeFifth = order.slice(0, order.indexOf('long', order.indexOf('long', 1) + 1));
    expect(countOf(beforeFifth, 'short')).toBeGreaterThanOrEqual(9);
    expect(order.slice(0, 110).filter((share) => share === 'long').length).toBeLessThanOrEqual(11);
  });

  test('lets a share that was idle go first, but saves up no time for it', async () => {
    const { order, workTimes, work } = createScheduler();
    await work('b', 1);
    await Promise.all(workTimes(50, 'a', 1));
    order.length = 0;
    await Promise.all([...workTimes(50, 'a', 1), ...workTimes(50, 'b', 1)]);
    expect(countOf(order.slice(0, 20), 'a')).toBeGreaterThanOrEqual(9);
    expect(countOf(order.slice(0, 20), 'b')).toBeGreaterThanOrEqual(9);
  });

  test('keeps what a share has used beyond the others while it is idle', async () => {
    const { order, takeTurn, advance, work, workTimes } = createScheduler();
    const endTurn = await takeTurn('a');
    const rest = workTimes(200, 'b', 1);
    advance(100);
    endTurn();
    await Promise.all([...rest, work('a', 1)]);
    expect(Math.abs(order.indexOf('a') - 100)).toBeLessThanOrEqual(3);
  });

  test('saves up no time either while nobody waits', async () => {
    const { order, workTimes, work } = createScheduler();
    await work('b', 1);
    for (let n = 0; n < 50; n += 1) await work('a', 1);
    order.length = 0;
    await Promise.all([...workTimes(50, 'a', 1), ...workTimes(50, 'b', 1)]);
    expect(countOf(order.slice(0, 20), 'a')).toBeGreaterThanOrEqual(9);
  });

  test('lets nobody overtake a share that waits', async () => {
    const { order, takeTurn, work } = createScheduler();
    const endTurn = await takeTurn('a');
    const waiting = work('b', 1);
    endTurn();
    await Promise.all([waiting, work('c', 1)]);
    expect(order).toEqual(['b', 'c']);
  });

  test('considers requests that arrive while it lets the event loop poll', async () => {
    const arrivals: Promise<void>[] = [];
    const { order, work, workTimes } = createScheduler({
      onYield: () => {
        if (arrivals.length === 0) arrivals.push(work('b', 1));
      },
    });
    await Promise.all(workTimes(3, 'a', 10));
    await Promise.all(arrivals);
    expect(order).toEqual(['a', 'b', 'a', 'a']);
  });

  test('starves no share while others keep arriving', async () => {
    const { order, work, takeTurn } = createScheduler();
    const endTurn = await takeTurn('a');
    let newcomers = 0;
    const keepArriving = async (): Promise<void> => {
      newcomers += 1;
      if (newcomers > 200) return;
      await work(`new-${newcomers}`, 1);
      return keepArriving();
    };
    const waiting = work('old', 1);
    const arrivals = [keepArriving(), keepArriving()];
    endTurn();
    await waiting;
    expect(order.indexOf('old')).toBeLessThan(5);
    await Promise.all(arrivals);
  });

  test('begins a turn at once in an idle system', async () => {
    const { work, workTimes, countYields } = createScheduler({ maxTurns: 3 });
    await work('a', 1);
    await Promise.all(workTimes(3, 'a', 1));
    expect(countYields()).toBe(0);
  });

  test('runs no more turns at a time than allowed', async () => {
    const { takeTurn } = createScheduler({ maxTurns: 2 });
    const first = await takeTurn('a');
    await takeTurn('a');
    let hasBegun = false;
    const third = takeTurn('b').then((endTurn) => {
      hasBegun = true;
      return endTurn;
    });
    await nextEvent();
    expect(hasBegun).toBe(false);
    first();
    // a second call must not free another place
    first();
    await third;
    const fourth = takeTurn('c');
    expect(await Promise.race([fourth, nextEvent().then(() => 'waits')])).toBe('waits');
  });

  test('counts the time of turns of one share that run at once only once', async () => {
    const { takeTurn, advance, order, workTimes } = createScheduler({ maxTurns: 2 });
    const turns = [await takeTurn('a'), await takeTurn('a')];
    const rest = [...workTimes(1, 'a', 1), ...workTimes(300, 'b', 1)];
    advance(100);
    for (const endTurn of turns) endTurn();
    await Promise.all(rest);
    expect(Math.abs(order.indexOf('a') - 100)).toBeLessThanOrEqual(3);
  });

  test('divides elapsed time among the turns that run at once', async () => {
    const { takeTurn, advance, order, workTimes } = createScheduler({ maxTurns: 2 });
    const turns = [await takeTurn('a'), await takeTurn('b')];
    const rest = [...workTimes(30, 'a', 1), ...workTimes(30, 'b', 1)];
    advance(100);
    for (const endTurn of turns) endTurn();
    await Promise.all(rest);
    expect(Math.abs(countOf(order.slice(0, 20), 'a') - 10)).toBeLessThanOrEqual(2);
  });
});
