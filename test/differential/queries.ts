import fc from 'fast-check';
import { TABLE } from '../fixtures/dynamodb-target.ts';
import { callOf, capacity, consistent, type GeneratedCall, optional, optionalParameter } from './call.ts';
import { type Fragment, filter, heldFilter, keyFilter, toParameters } from './expressions.ts';
import type { Value } from './values.ts';

type Source = {
  readonly index?: string;
  readonly hash: readonly [name: string, ...values: readonly string[]];
  readonly range?: readonly [name: string, type: 'S' | 'N', ...values: readonly string[]];
  readonly filters: fc.Arbitrary<Fragment>;
  readonly projections: readonly string[];
};

const SOURCES: readonly Source[] = [
  {
    hash: ['pk', '@p', '@q'],
    range: ['sk', 'S', '1', '2', 'é', '😀', 'z'],
    filters: filter,
    projections: ['sk, n', 'm.n, l[0], x', '#status, held'],
  },
  {
    index: 'list',
    hash: ['listPk', '@L', '@none'],
    range: ['listSk', 'S', 'a', 'b', 'b1', 'é'],
    filters: heldFilter,
    projections: ['held, sk'],
  },
  {
    index: 'ranked',
    hash: ['team', '@T'],
    range: ['points', 'N', '10', '2.5', '-21', '0'],
    filters: keyFilter,
    projections: ['pk', 'points'],
  },
];

const rangeCondition = ([path, type, ...texts]: NonNullable<Source['range']>): fc.Arbitrary<Fragment> => {
  const value = fc.constantFrom(...texts).map((content): Value => ({ [type]: content }));
  const operators = ['=', '<', '<=', '>', '>='].map((operator) => `${path} ${operator} ?`);
  const single = fc.constantFrom(...operators, ...(type === 'S' ? [`begins_with(${path}, ?)`] : []));
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(single, value).map(([text, chosen]) => ({ text, values: [chosen] })) },
    fc.tuple(value, value).map((values) => ({ text: `${path} BETWEEN ? AND ?`, values })),
  );
};

const queriesOf = ({
  index,
  hash: [name, ...partitions],
  range,
  filters,
  projections,
}: Source): fc.Arbitrary<GeneratedCall> => {
  const keys = fc
    .tuple(fc.constantFrom(...partitions), range ? optional(2, rangeCondition(range)) : fc.constant(undefined))
    .map(([S, bounds]): Fragment => {
      const hash = { text: `${name} = ?`, values: [{ S }] };
      return bounds ? { text: `${hash.text} AND ${bounds.text}`, values: [...hash.values, ...bounds.values] } : hash;
    });
  const projection = fc.constantFrom(...projections).map((text): Fragment => ({ text, values: [] }));
  const expressions = fc
    .tuple(keys, optional(3, filters), optional(3, projection), optionalParameter(4, 'Select', 'COUNT'))
    .map(([KeyConditionExpression, FilterExpression, ProjectionExpression, select]) => ({
      ...toParameters({ KeyConditionExpression, FilterExpression, ProjectionExpression }),
      ...(!ProjectionExpression && select),
    }));
  return callOf(
    'Query',
    fc.constant({ TableName: TABLE, ...(index && { IndexName: index }) }),
    expressions,
    index ? fc.constant({}) : consistent,
    optionalParameter(2, 'Limit', 1, 2, 3),
    optionalParameter(3, 'ScanIndexForward', false, true),
    capacity,
  );
};

/** Queries of the table and of its indexes. A query with a Limit is read to its last page. */
export const query = fc.oneof(...SOURCES.map(queriesOf));
