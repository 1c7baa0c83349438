import { expect, test } from 'vitest';
import { ddmin } from './ddmin.ts';

const PARTS = Array.from({ length: 20 }, (_, n) => n);

const reduce = async (needed: readonly number[], effectiveOf = (parts: readonly number[]) => parts) => {
  let tries = 0;
  const minimum = await ddmin(PARTS, async (parts) => {
    tries += 1;
    return needed.every((part) => parts.includes(part)) ? effectiveOf(parts) : undefined;
  });
  return { minimum, tries };
};

test('exactly the parts that fail together remain', async () => {
  expect((await reduce([3, 17])).minimum).toEqual([3, 17]);
  expect((await reduce([0, 9, 10, 19])).minimum).toEqual([0, 9, 10, 19]);
  expect((await reduce(PARTS)).minimum).toEqual(PARTS);
});

test('one try is enough if no part is needed', async () => {
  expect(await reduce([])).toEqual({ minimum: [], tries: 1 });
});

test('parts without effect are left out without a try of their own', async () => {
  const allEffective = await reduce([3]);
  const fewEffective = await reduce([3], (parts) => parts.filter((part) => part <= 3));
  expect(fewEffective.minimum).toEqual([3]);
  expect(fewEffective.tries).toBeLessThan(allEffective.tries);
});
