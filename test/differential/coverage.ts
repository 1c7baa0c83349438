import { expect } from 'vitest';
import type { Tally } from './play.ts';

const MIN_COUNT = 50;
const MIN_SUCCESS_RATE = 0.6;

/** Operations and errors that every run must cover. DynamoDB Local has no conflicts, throttling or AccessDenied. */
const COVERED = [
  ...[
    'GetItem',
    'PutItem',
    'UpdateItem',
    'DeleteItem',
    'BatchGetItem',
    'Query',
    'TransactWriteItems',
    'TransactGetItems',
  ],
  'ConditionalCheckFailedException',
  'IdempotentParameterMismatchException',
  'ResourceNotFoundException',
  'TransactionCanceledException',
  'TransactionCanceledException: ConditionalCheckFailed',
  'TransactionCanceledException: None',
  'ValidationException',
];

/** Prints the counts of operations and errors, and fails if they are too low for a meaningful comparison. */
export const expectCoverage = ({ calls, succeeded, seen }: Tally) => {
  const counts = COVERED.map((name) => ({ name, count: seen.get(name) ?? 0 }));
  console.log(`${calls} calls, ${succeeded} of them succeeded`);
  for (const { name, count } of counts) console.log(`${String(count).padStart(6)}  ${name}`);
  expect(succeeded / calls).toBeGreaterThanOrEqual(MIN_SUCCESS_RATE);
  expect(counts.filter(({ count }) => count < MIN_COUNT)).toEqual([]);
  expect([...seen.keys()].filter((name) => !COVERED.includes(name) && !name.endsWith('ValidationError'))).toEqual([]);
};
