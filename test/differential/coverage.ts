import { expect } from 'vitest';
import type { Tally } from './play.ts';

const ENOUGH = 50;
const SUCCEEDING = 0.6;

/** What DynamoDB Local answers, too: no conflict, no throttling, no AccessDenied. */
const EACH = [
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

/** Prints what was called and answered, and fails where that is too little to mean something. */
export const expectEnough = ({ calls, succeeded, seen }: Tally) => {
  const counts = EACH.map((name) => ({ name, count: seen.get(name) ?? 0 }));
  console.log(`${calls} calls, ${succeeded} of them succeeded`);
  for (const { name, count } of counts) console.log(`${String(count).padStart(6)}  ${name}`);
  expect(succeeded / calls).toBeGreaterThanOrEqual(SUCCEEDING);
  expect(counts.filter(({ count }) => count < ENOUGH)).toEqual([]);
  expect([...seen.keys()].filter((name) => !EACH.includes(name) && !name.endsWith('ValidationError'))).toEqual([]);
};
