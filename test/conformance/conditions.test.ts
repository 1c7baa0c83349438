import { conformance, key, put, type Step } from './suite.ts';

const item = {
  ...key('a'),
  n: 10,
  s: 'hello',
  word: 'world',
  b: true,
  nil: null,
  tags: new Set(['x', 'y']),
  scores: new Set([1, 2]),
  things: ['one', 2, { three: 3 }],
  tree: { in: { side: 'deep' } },
  bytes: new Uint8Array([1, 2, 3]),
};

const values: Record<string, unknown> = {
  ':ten': 10,
  ':nine': 9,
  ':eleven': 11,
  ':two': 2,
  ':three': 3,
  ':five': 5,
  ':text10': '10',
  ':hello': 'hello',
  ':he': 'he',
  ':ell': 'ell',
  ':x': 'x',
  ':true': true,
  ':null': null,
  ':tags': new Set(['y', 'x']),
  ':map': { in: { side: 'deep' } },
  ':one': 'one',
  ':S': 'S',
  ':L': 'L',
  ':SS': 'SS',
  ':NULL': 'NULL',
  ':bytes': new Uint8Array([1, 2]),
};

/** A condition, and whether the item fulfils it. */
const TRUTHS: readonly (readonly [string, boolean])[] = [
  ['n = :ten', true],
  ['n = :text10', false],
  ['n <> :text10', true],
  ['n <> :ten', false],
  ['gone = :ten', false],
  ['gone <> :ten', true],
  ['gone < :ten', false],
  ['NOT gone < :ten', true],
  ['n > :nine', true],
  ['n >= :ten', true],
  ['n < :ten', false],
  ['n <= :eleven', true],
  ['n < :text10', false],
  ['s > :he', true],
  [':nine < n', true],
  ['s < word', true],
  ['tags = :tags', true],
  ['tree = :map', true],
  ['nil = :null', true],
  ['b = :true', true],
  ['n BETWEEN :nine AND :eleven', true],
  ['n BETWEEN :two AND :nine', false],
  ['n IN (:nine, :text10)', false],
  ['n IN (:nine, :ten)', true],
  ['NOT n IN (:nine, :ten)', false],
  ['attribute_exists(tree.inn)', false],
  ['attribute_exists(things[2].three)', true],
  ['attribute_exists(things[3])', false],
  ['attribute_exists(nil)', true],
  ['attribute_not_exists(gone)', true],
  ['attribute_not_exists(gone.deeper)', true],
  ['attribute_type(s, :S)', true],
  ['attribute_type(tags, :SS)', true],
  ['attribute_type(nil, :NULL)', true],
  ['attribute_type(gone, :L)', false],
  ['begins_with(s, :he)', true],
  ['begins_with(s, :ell)', false],
  ['begins_with(n, :he)', false],
  ['begins_with(bytes, :bytes)', true],
  ['contains(s, :ell)', true],
  ['contains(tags, :x)', true],
  ['contains(tags, :hello)', false],
  ['contains(scores, :two)', true],
  ['contains(things, :one)', true],
  ['contains(things, :two)', true],
  ['contains(things, :three)', false],
  ['contains(bytes, :bytes)', true],
  ['contains(n, :ten)', false],
  ['size(s) = :five', true],
  ['size(things) = :three', true],
  ['size(bytes) = :three', true],
  ['size(tags) > :two', false],
  ['size(gone) = :two', false],
  ['size(n) = :two', false],
  ['n = :ten AND s = :hello', true],
  ['n = :nine OR s = :hello AND gone = :x', false],
  ['(n = :ten OR gone = :x) AND s = :hello', true],
  ['NOT (n = :nine OR s = :he)', true],
  ['NOT NOT n = :ten', true],
  ['n = :ten and not (attribute_exists(gone))', true],
];

const usedValues = (condition: string) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => new RegExp(`${name}\\b`).test(condition)));

const toCase = ([condition, holds]: readonly [string, boolean]): [string, readonly Step[]] => {
  const valuesUsed = usedValues(condition);
  const again = put(item, {
    ConditionExpression: condition,
    ...(Object.keys(valuesUsed).length > 0 && { ExpressionAttributeValues: valuesUsed }),
  });
  return [
    `${condition} is ${holds}`,
    [put(item).returns({}), holds ? again.returns({}) : again.fails('ConditionalCheckFailedException')],
  ];
};

conformance('a condition', Object.fromEntries(TRUTHS.map(toCase)));
