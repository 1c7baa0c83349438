import { isDeepStrictEqual } from 'node:util';
import type { Sequence } from './operations.ts';
import type { CallResult } from './result.ts';
import type { CallTable } from './tables.ts';

type Consumed = { readonly Table?: object } | undefined;

/**
 * The part of the consumed capacity that can be compared. DynamoDB Local charges nothing for a query without results, returns the
 * capacity of a deletion of nothing without request, and charges an index for an item that has only part of its key.
 */
const comparableCost = (operation: string, input: object, { ConsumedCapacity, ScannedCount }: CallResult): unknown => {
  if (ScannedCount === 0 || !('ReturnConsumedCapacity' in input)) return undefined;
  return ['GetItem', 'Query'].includes(operation) ? ConsumedCapacity : (ConsumedCapacity as Consumed)?.Table;
};

/**
 * If an update does not fit its item, AWS and the embedded tables cancel the transaction with a ValidationError. DynamoDB Local mostly
 * fails the whole call with a ValidationException.
 */
const isInvalid = ({ error, reasons = [] }: CallResult) =>
  error === 'ValidationException' ||
  (reasons as readonly { readonly Code: string }[]).some(({ Code }) => Code === 'ValidationError');

/**
 * The embedded tables return a LastEvaluatedKey whenever Limit ends a page, even if the next page is empty. DynamoDB Local does not if
 * the page ends on the key that bounds the query.
 */
const isBounded = (input: object) =>
  'KeyConditionExpression' in input && /sk (<=|>=|BETWEEN)/.test(String(input.KeyConditionExpression));

const toComparable = (operation: string, input: object, result: CallResult): CallResult =>
  isInvalid(result)
    ? { error: 'ValidationException' }
    : {
        ...result,
        ConsumedCapacity: comparableCost(operation, input, result),
        LastEvaluatedKey: isBounded(input) ? undefined : result['LastEvaluatedKey'],
      };

/** Calls both tables and throws if their results differ. Returns the result of the remote one. */
export const compareTables =
  (embedded: CallTable, remote: CallTable): CallTable =>
  async (operation, input) => {
    const [ours, theirs] = await Promise.all([embedded(operation, input), remote(operation, input)]);
    const compared = [ours, theirs].map((result) => toComparable(operation, input, result));
    if (isDeepStrictEqual(compared[0], compared[1])) return theirs;
    const shown = { embedded: ours, remote: theirs };
    const results = Object.entries(shown).map(([name, result]) => `  ${name}: ${JSON.stringify(result)}`);
    throw new Error([`${operation} ${JSON.stringify(input)}`, ...results].join('\n'));
  };

/** The calls of a sequence, one per line. */
export const formatSequence = (sequence: Sequence): string =>
  sequence
    .flatMap((call) => (call ? [`${call.operation} ${call.input ? JSON.stringify(call.input) : '(repeated)'}`] : []))
    .join('\n');
