import fc from 'fast-check';
import { TABLE } from '../conformance/target.ts';
import { type Call, call, capacity, consistent, flag, merged, oneIn, projected } from './call.ts';
import { bound, condition, update } from './expressions.ts';
import { mistake } from './mistakes.ts';
import { query } from './queries.ts';
import { attributes, KEYS, replaced } from './values.ts';

/** Calls in turn. Where there is none, one was left out to find the shortest sequence that fails. */
export type Sequence = readonly (Call | null)[];

const TableName = TABLE;

const key = (at: number) => ({ TableName, Key: KEYS[at] });
const shownOld = flag(2, 'ReturnValuesOnConditionCheckFailure', 'ALL_OLD');
const conditional = merged(
  oneIn(3, condition).map((ConditionExpression) => bound({ ConditionExpression })),
  shownOld,
);

/** What goes into an index knows the item by its number. */
const put = (at: number) =>
  merged(
    attributes.map((more) => ({ TableName, Item: { ...KEYS[at], ...replaced(more, '~', String(at)) } })),
    conditional,
  );
const change = (at: number) =>
  merged(
    fc.constant(key(at)),
    fc
      .tuple(update, oneIn(3, condition))
      .map(([UpdateExpression, ConditionExpression]) =>
        replaced(bound({ UpdateExpression, ConditionExpression }), '~', String(at)),
      ),
    shownOld,
  );
const removal = (at: number) => merged(fc.constant(key(at)), conditional);
const check = (at: number) =>
  merged(
    fc.constant(key(at)),
    condition.map((ConditionExpression) => bound({ ConditionExpression })),
    shownOld,
  );
const get = (at: number) => merged(fc.constant(key(at)), projected);

const ofOne = (make: (at: number) => fc.Arbitrary<object>) => fc.oneof(...KEYS.map((_, at) => make(at)));
const numbers = KEYS.map((_, at) => at);
/** One to three of the keys, each once, in any order. */
const several = fc.shuffledSubarray(numbers, { minLength: 1, maxLength: 3 });

const part = (at: number) =>
  fc.oneof(
    { weight: 3, arbitrary: put(at).map((Put) => ({ Put })) },
    { weight: 3, arbitrary: change(at).map((Update) => ({ Update })) },
    { weight: 2, arbitrary: removal(at).map((Delete) => ({ Delete })) },
    { weight: 1, arbitrary: check(at).map((ConditionCheck) => ({ ConditionCheck })) },
  );
const items = (of: (at: number) => fc.Arbitrary<object>) =>
  several.chain((chosen) => fc.tuple(...chosen.map(of))).map((TransactItems) => ({ TransactItems }));

const batch = merged(
  several.map((chosen) => ({ Keys: chosen.map((at) => KEYS[at]) })),
  projected,
  consistent,
).map((keys) => ({ RequestItems: { [TABLE]: keys } }));

const returns = (...modes: readonly string[]) => flag(2, 'ReturnValues', 'NONE', 'ALL_OLD', ...modes);

/** AWS answers the updated parts of a list or a map, and so do the embedded tables; DynamoDB Local answers all of it. */
const showsParts = ({ input }: Call) => /"UpdateExpression":"[^"]*[.[].*"UPDATED_/.test(JSON.stringify(input));
const changes = call('UpdateItem', ofOne(change), returns('ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'), capacity);

const operation: fc.Arbitrary<Call> = fc.oneof(
  { weight: 16, arbitrary: call('PutItem', ofOne(put), returns(), capacity) },
  { weight: 24, arbitrary: changes.filter((call) => !showsParts(call)) },
  { weight: 6, arbitrary: call('DeleteItem', ofOne(removal), returns(), capacity) },
  { weight: 6, arbitrary: call('GetItem', ofOne(get), consistent, capacity) },
  { weight: 5, arbitrary: call('BatchGetItem', batch) },
  { weight: 16, arbitrary: query },
  { weight: 12, arbitrary: call('TransactWriteItems', items(part), flag(2, 'ClientRequestToken', '@1', '@2')) },
  { weight: 3, arbitrary: fc.constant<Call>({ operation: 'TransactWriteItems' }) },
  {
    weight: 5,
    arbitrary: call(
      'TransactGetItems',
      items((at) => get(at).map((Get) => ({ Get }))),
    ),
  },
  { weight: 3, arbitrary: mistake },
);

/** An operation shrinks to none first, so that what is left is needed to see the failure. */
export const sequence: fc.Arbitrary<Sequence> = fc.array(fc.option(operation, { freq: 1e9 }), {
  minLength: 20,
  maxLength: 60,
  size: 'max',
});
