import { afterAll, beforeAll, it } from 'vitest';
import { start, type Target } from '../conformance/target.ts';
import { check } from './check.ts';
import { expectEnough } from './coverage.ts';
import { both } from './difference.ts';
import { embedded, remote } from './hosts.ts';
import { tally } from './play.ts';

/** Most of it to find the shortest sequence that fails. */
const TIMEOUT_MS = 500_000;

let target: Target;
beforeAll(async () => {
  target = await start();
});
afterAll(() => target.stop());

it('finds no difference between the embedded tables and DynamoDB', { timeout: TIMEOUT_MS }, async () => {
  const counts = tally();
  const endpoint = process.env['CONFORMANCE_ENDPOINT'] ?? '';
  await check(() => both(embedded().host, remote(endpoint)), counts);
  expectEnough(counts);
});
