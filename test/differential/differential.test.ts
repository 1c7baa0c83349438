import { afterAll, beforeAll, it } from 'vitest';
import { start, type Target } from '../fixtures/dynamodb-target.ts';
import { checkSequences } from './check.ts';
import { expectCoverage } from './coverage.ts';
import { compareTables } from './difference.ts';
import { createTally } from './play.ts';
import { createEmbeddedTable, createRemoteTable } from './tables.ts';

/** Most of it is for the search of the shortest failing sequence. */
const TIMEOUT_MS = 500_000;

let target: Target;
beforeAll(async () => {
  target = await start();
});
afterAll(() => target.stop());

it('finds no difference between the embedded tables and DynamoDB', { timeout: TIMEOUT_MS }, async () => {
  const counts = createTally();
  const endpoint = process.env['CONFORMANCE_ENDPOINT'] ?? '';
  await checkSequences(() => compareTables(createEmbeddedTable().call, createRemoteTable(endpoint)), counts);
  expectCoverage(counts);
});
