import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestOf } from './digest.ts';

const seeds: readonly [number, string][] = [
  [9, 'aaaa'],
  [10, 'bbbb'],
  [100, 'cccc'],
];
const digest = digestOf(new Map(seeds));

test('the digest is the SHA-256 of a line for each seed, in the order of the seeds', () => {
  expect(digest).toBe(createHash('sha256').update('9 aaaa\n10 bbbb\n100 cccc').digest('hex'));
});

test('the order in which the workers finished does not change the digest', () => {
  const [first, second, third] = seeds as [[number, string], [number, string], [number, string]];
  expect(digestOf(new Map([third, first, second]))).toBe(digest);
  expect(digestOf(new Map([second, third, first]))).toBe(digest);
});

test('a changed trace, a trace of another seed and a missing seed each change the digest', () => {
  expect(digestOf(new Map([...seeds, [10, 'bbbc']]))).not.toBe(digest);
  expect(digestOf(new Map([...seeds, [9, 'bbbb'], [10, 'aaaa']]))).not.toBe(digest);
  expect(digestOf(new Map(seeds.slice(1)))).not.toBe(digest);
});
