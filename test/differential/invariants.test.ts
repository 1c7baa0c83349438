import { expect, it } from 'vitest';
import { check } from './check.ts';
import { expectEnough } from './coverage.ts';
import { heldToInvariants } from './invariants.ts';
import { tally } from './play.ts';

it('holds the embedded tables to their invariants over generated sequences', { timeout: 120_000 }, async () => {
  const counts = tally();
  await check(heldToInvariants, counts);
  expectEnough(counts);
  expect(counts.calls).toBeGreaterThan(6_000);
});
