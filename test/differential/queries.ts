import fc from 'fast-check';
import { TABLE } from '../conformance/target.ts';
import { type Call, call, capacity, consistent, flag, oneIn } from './call.ts';
import { bound, type Fragment, filter, ofHeld, ofKey } from './expressions.ts';
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
    filters: ofHeld,
    projections: ['held, sk'],
  },
  {
    index: 'ranked',
    hash: ['team', '@T'],
    range: ['points', 'N', '10', '2.5', '-21', '0'],
    filters: ofKey,
    projections: ['pk', 'points'],
  },
];

const rangeOf = ([path, type, ...texts]: NonNullable<Source['range']>): fc.Arbitrary<Fragment> => {
  const value = fc.constantFrom(...texts).map((it): Value => ({ [type]: it }));
  const operators = ['=', '<', '<=', '>', '>='].map((operator) => `${path} ${operator} ?`);
  const single = fc.constantFrom(...operators, ...(type === 'S' ? [`begins_with(${path}, ?)`] : []));
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(single, value).map(([text, chosen]) => ({ text, values: [chosen] })) },
    fc.tuple(value, value).map((values) => ({ text: `${path} BETWEEN ? AND ?`, values })),
  );
};

const queryOf = ({ index, hash: [name, ...partitions], range, filters, projections }: Source): fc.Arbitrary<Call> => {
  const keys = fc
    .tuple(fc.constantFrom(...partitions), range ? oneIn(2, rangeOf(range)) : fc.constant(undefined))
    .map(([S, bounds]): Fragment => {
      const hash = { text: `${name} = ?`, values: [{ S }] };
      return bounds ? { text: `${hash.text} AND ${bounds.text}`, values: [...hash.values, ...bounds.values] } : hash;
    });
  const projection = fc.constantFrom(...projections).map((text): Fragment => ({ text, values: [] }));
  const expressions = fc
    .tuple(keys, oneIn(3, filters), oneIn(3, projection), flag(4, 'Select', 'COUNT'))
    .map(([KeyConditionExpression, FilterExpression, ProjectionExpression, select]) => ({
      ...bound({ KeyConditionExpression, FilterExpression, ProjectionExpression }),
      ...(!ProjectionExpression && select),
    }));
  return call(
    'Query',
    fc.constant({ TableName: TABLE, ...(index && { IndexName: index }) }),
    expressions,
    index ? fc.constant({}) : consistent,
    flag(2, 'Limit', 1, 2, 3),
    flag(3, 'ScanIndexForward', false, true),
    capacity,
  );
};

/** Those of the table and of its indexes. A query with a Limit is read to its last page. */
export const query = fc.oneof(...SOURCES.map(queryOf));
