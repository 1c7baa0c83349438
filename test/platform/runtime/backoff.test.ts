import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffUntil, requestDeadlineMs } from '#platform/runtime/backoff';

const createBackoff = (random: number, deadlineMs = 60_000) => {
  let now = 0;
  const waitsMs: number[] = [];
  const sleep = async (ms: number) => {
    now += ms;
    waitsMs.push(ms);
  };
  return { waitsMs, backoff: backoffUntil({ now: () => new Date(now), random: () => random, sleep }, deadlineMs) };
};

it('waits up to 20 ms, then twice as long each time, up to a second', async () => {
  const { waitsMs, backoff } = createBackoff(0.999_999);
  for (let attempt = 0; attempt < 8; attempt += 1) expect(await backoff(attempt)).toBe(true);
  expect(waitsMs).toEqual([20, 40, 80, 160, 320, 640, 1_000, 1_000]);
});

it('never waits past its deadline, and returns false without a wait', () =>
  // Red when the deadline is ignored, or is compared only after the wait.
  fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.integer({ min: 1, max: 3_000 }),
      async (random, deadlineMs) => {
        const { waitsMs, backoff } = createBackoff(random, deadlineMs);
        let attempt = 0;
        while (attempt < 5_000 && (await backoff(attempt))) attempt += 1;
        const totalMs = waitsMs.reduce((sum, ms) => sum + ms, 0);
        expect(totalMs).toBeLessThan(deadlineMs);
        expect(waitsMs).toHaveLength(attempt);
        for (const [i, ms] of waitsMs.entries()) expect(ms).toBeLessThanOrEqual(Math.min(1_000, 20 * 2 ** i));
      },
    ),
    { numRuns: 50 },
  ));

it('gives a request 4 seconds', () => {
  expect(requestDeadlineMs({ now: () => new Date(1_000) })).toBe(5_000);
});
