import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './answer.ts';
import type { Host } from './hosts.ts';
import type { Sequence } from './operations.ts';

type Consumed = { readonly Table?: object } | undefined;

/**
 * What an answer costs, as far as it can be compared: DynamoDB Local asks nothing for a query that finds nothing, tells what a
 * deletion of nothing costs unasked, and counts a write to an index that the item neither was in nor enters, where it has part of
 * the index's key.
 */
const costOf = (operation: string, input: object, { ConsumedCapacity, ScannedCount }: Answer): unknown => {
  if (ScannedCount === 0 || !('ReturnConsumedCapacity' in input)) return undefined;
  return ['GetItem', 'Query'].includes(operation) ? ConsumedCapacity : (ConsumedCapacity as Consumed)?.Table;
};

/**
 * A transaction that an item as it stands makes invalid is cancelled on AWS, and in the embedded tables, for a ValidationError;
 * DynamoDB Local answers most of them with a ValidationException of the whole call.
 */
const isInvalid = ({ error, reasons = [] }: Answer) =>
  error === 'ValidationException' ||
  (reasons as readonly { readonly Code: string }[]).some(({ Code }) => Code === 'ValidationError');

/**
 * A page that its Limit ends says so in the embedded tables, even where nothing but an empty page is left; DynamoDB Local does not
 * where the page ends on the very key that bounds the query.
 */
const isBounded = (input: object) =>
  'KeyConditionExpression' in input && /sk (<=|>=|BETWEEN)/.test(String(input.KeyConditionExpression));

const comparable = (operation: string, input: object, answer: Answer): Answer =>
  isInvalid(answer)
    ? { error: 'ValidationException' }
    : {
        ...answer,
        ConsumedCapacity: costOf(operation, input, answer),
        LastEvaluatedKey: isBounded(input) ? undefined : answer['LastEvaluatedKey'],
      };

/** Asks both and throws where their answers differ; answers as the real one does. */
export const both =
  (embedded: Host, real: Host): Host =>
  async (operation, input) => {
    const [ours, theirs] = await Promise.all([embedded(operation, input), real(operation, input)]);
    const compared = [ours, theirs].map((answer) => comparable(operation, input, answer));
    if (isDeepStrictEqual(compared[0], compared[1])) return theirs;
    const shown = { embedded: ours, real: theirs };
    const answers = Object.entries(shown).map(([name, answer]) => `  ${name}: ${JSON.stringify(answer)}`);
    throw new Error([`${operation} ${JSON.stringify(input)}`, ...answers].join('\n'));
  };

/** The calls of a sequence, one a line. */
export const printed = (sequence: Sequence): string =>
  sequence
    .flatMap((call) => (call ? [`${call.operation} ${call.input ? JSON.stringify(call.input) : '(once more)'}`] : []))
    .join('\n');
