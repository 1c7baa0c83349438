import fc from 'fast-check';
import { TABLE } from '../fixtures/dynamodb-target.ts';
import {
  callOf,
  capacity,
  consistent,
  type GeneratedCall,
  mergeInputs,
  optional,
  optionalParameter,
  optionalProjection,
} from './call.ts';
import { condition, toParameters, update } from './expressions.ts';
import { invalidCall } from './invalid-calls.ts';
import { query } from './queries.ts';
import { attributes, KEYS, replaceMark } from './values.ts';

/** Consecutive calls. Null stands for a call that shrinking has removed. */
export type Sequence = readonly (GeneratedCall | null)[];

const TableName = TABLE;

const key = (at: number) => ({ TableName, Key: KEYS[at] });
const optionalOldItem = optionalParameter(2, 'ReturnValuesOnConditionCheckFailure', 'ALL_OLD');
const conditional = mergeInputs(
  optional(3, condition).map((ConditionExpression) => toParameters({ ConditionExpression })),
  optionalOldItem,
);

/** Index keys contain the number of the item's key, so that no two are equal. */
const putOf = (at: number) =>
  mergeInputs(
    attributes.map((more) => ({ TableName, Item: { ...KEYS[at], ...replaceMark(more, '~', String(at)) } })),
    conditional,
  );
const updateOf = (at: number) =>
  mergeInputs(
    fc.constant(key(at)),
    fc
      .tuple(update, optional(3, condition))
      .map(([UpdateExpression, ConditionExpression]) =>
        replaceMark(toParameters({ UpdateExpression, ConditionExpression }), '~', String(at)),
      ),
    optionalOldItem,
  );
const deletionOf = (at: number) => mergeInputs(fc.constant(key(at)), conditional);
const conditionCheckOf = (at: number) =>
  mergeInputs(
    fc.constant(key(at)),
    condition.map((ConditionExpression) => toParameters({ ConditionExpression })),
    optionalOldItem,
  );
const getOf = (at: number) => mergeInputs(fc.constant(key(at)), optionalProjection);

const forOneKey = (forKey: (at: number) => fc.Arbitrary<object>) => fc.oneof(...KEYS.map((_, at) => forKey(at)));
const numbers = KEYS.map((_, at) => at);
/** One to three of the keys, each once, in any order. */
const severalKeys = fc.shuffledSubarray(numbers, { minLength: 1, maxLength: 3 });

const part = (at: number) =>
  fc.oneof(
    { weight: 3, arbitrary: putOf(at).map((Put) => ({ Put })) },
    { weight: 3, arbitrary: updateOf(at).map((Update) => ({ Update })) },
    { weight: 2, arbitrary: deletionOf(at).map((Delete) => ({ Delete })) },
    { weight: 1, arbitrary: conditionCheckOf(at).map((ConditionCheck) => ({ ConditionCheck })) },
  );
const transactItems = (forKey: (at: number) => fc.Arbitrary<object>) =>
  severalKeys.chain((chosen) => fc.tuple(...chosen.map(forKey))).map((TransactItems) => ({ TransactItems }));

const batch = mergeInputs(
  severalKeys.map((chosen) => ({ Keys: chosen.map((at) => KEYS[at]) })),
  optionalProjection,
  consistent,
).map((keys) => ({ RequestItems: { [TABLE]: keys } }));

const returnValues = (...modes: readonly string[]) => optionalParameter(2, 'ReturnValues', 'NONE', 'ALL_OLD', ...modes);

/** AWS and the embedded tables return the updated part of a list or a map, DynamoDB Local returns the whole. */
const returnsParts = ({ input }: GeneratedCall) =>
  /"UpdateExpression":"[^"]*[.[].*"UPDATED_/.test(JSON.stringify(input));
const updateCalls = callOf(
  'UpdateItem',
  forOneKey(updateOf),
  returnValues('ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'),
  capacity,
);

const operation: fc.Arbitrary<GeneratedCall> = fc.oneof(
  { weight: 16, arbitrary: callOf('PutItem', forOneKey(putOf), returnValues(), capacity) },
  { weight: 24, arbitrary: updateCalls.filter((call) => !returnsParts(call)) },
  { weight: 6, arbitrary: callOf('DeleteItem', forOneKey(deletionOf), returnValues(), capacity) },
  { weight: 6, arbitrary: callOf('GetItem', forOneKey(getOf), consistent, capacity) },
  { weight: 5, arbitrary: callOf('BatchGetItem', batch) },
  { weight: 16, arbitrary: query },
  {
    weight: 12,
    arbitrary: callOf(
      'TransactWriteItems',
      transactItems(part),
      optionalParameter(2, 'ClientRequestToken', '@1', '@2'),
    ),
  },
  { weight: 3, arbitrary: fc.constant<GeneratedCall>({ operation: 'TransactWriteItems' }) },
  {
    weight: 5,
    arbitrary: callOf(
      'TransactGetItems',
      transactItems((at) => getOf(at).map((Get) => ({ Get }))),
    ),
  },
  { weight: 3, arbitrary: invalidCall },
);

/** An operation shrinks to null first, so that the remaining ones are necessary for the failure. */
export const sequence: fc.Arbitrary<Sequence> = fc.array(fc.option(operation, { freq: 1e9 }), {
  minLength: 20,
  maxLength: 60,
  size: 'max',
});
