import { expect, test } from 'vitest';
import { ddmin } from './ddmin.ts';

const PARTS = Array.from({ length: 20 }, (_, n) => n);

const tries = async (needed: readonly number[], tookPart = (parts: readonly number[]) => parts) => {
  let count = 0;
  const fewest = await ddmin(PARTS, async (parts) => {
    count += 1;
    return needed.every((part) => parts.includes(part)) ? tookPart(parts) : undefined;
  });
  return { fewest, count };
};

test('exactly the parts that break together are left', async () => {
  expect((await tries([3, 17])).fewest).toEqual([3, 17]);
  expect((await tries([0, 9, 10, 19])).fewest).toEqual([0, 9, 10, 19]);
  expect((await tries(PARTS)).fewest).toEqual(PARTS);
});

test('where no part is needed one try is enough', async () => {
  expect(await tries([])).toEqual({ fewest: [], count: 1 });
});

test('what did not take part is left out without a try of its own', async () => {
  const all = await tries([3]);
  const early = await tries([3], (parts) => parts.filter((part) => part <= 3));
  expect(early.fewest).toEqual([3]);
  expect(early.count).toBeLessThan(all.count);
});
