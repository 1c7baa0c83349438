import { expect, it } from 'vitest';
import { createTokenBucket } from '../../../embedded/aws/api-gateway/token-bucket.ts';
import { createFakeClock } from '../../fixtures/runtime.ts';

it('gives as many tokens at once as it holds, then as many a second as its rate', () => {
  const clock = createFakeClock();
  const { take } = createTokenBucket({ rate: 2, burst: 3 }, clock);
  const takeAll = () => Array.from({ length: 5 }, take).filter(Boolean).length;
  expect(takeAll()).toBe(3);
  clock.advance(499);
  expect(takeAll()).toBe(0);
  clock.advance(1);
  expect(takeAll()).toBe(1);
  clock.advance(1_000);
  expect(takeAll()).toBe(2);
  clock.advance(60_000);
  expect(takeAll()).toBe(3);
});

it('takes a clock that was set back for one that stands', () => {
  const clock = createFakeClock();
  const { take } = createTokenBucket({ rate: 1, burst: 1 }, clock);
  expect(take()).toBe(true);
  clock.advance(-5_000);
  expect(take()).toBe(false);
  clock.advance(1_000);
  expect(take()).toBe(true);
});
