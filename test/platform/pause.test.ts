import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffUntil } from '#platform/runtime/backoff';

const waiting = (random: number, left = 60_000) => {
  let now = 0;
  const slept: number[] = [];
  const sleep = async (ms: number) => {
    now += ms;
    slept.push(ms);
  };
  return { slept, pause: backoffUntil({ now: () => new Date(now), random: () => random, sleep }, left) };
};

it('waits up to 20 ms, then twice as long each time, up to a second', async () => {
  const { slept, pause } = waiting(0.999_999);
  for (let attempt = 0; attempt < 8; attempt += 1) expect(await pause(attempt)).toBe(true);
  expect(slept).toEqual([20, 40, 80, 160, 320, 640, 1_000, 1_000]);
});

it('never waits past its time, however often it is asked, and says so without waiting', () =>
  // Red when the end is not looked at, or only after the wait.
  fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.integer({ min: 1, max: 3_000 }),
      async (random, left) => {
        const { slept, pause } = waiting(random, left);
        let attempt = 0;
        while (attempt < 5_000 && (await pause(attempt))) attempt += 1;
        const total = slept.reduce((sum, ms) => sum + ms, 0);
        expect(total).toBeLessThan(left);
        expect(slept).toHaveLength(attempt);
        for (const [tried, ms] of slept.entries()) expect(ms).toBeLessThanOrEqual(Math.min(1_000, 20 * 2 ** tried));
      },
    ),
    { numRuns: 50 },
  ));
