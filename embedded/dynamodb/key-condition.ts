import { type Entry, firstWhere } from './collection.ts';
import { type Condition, type Operand, parseCondition } from './condition.ts';
import { shown } from './document.ts';
import type { Placeholders } from './expression.ts';
import { checkedKeyValue, type KeyAttribute, type KeySchema } from './schema.ts';
import { beginsWith, compare, invalid, type Value } from './values.ts';

type Bound = { readonly name: string; readonly op: string; readonly values: readonly Value[] };

/** One partition and what its sort keys must be. */
export type KeyCondition = { readonly hash: Value; readonly range: Bound | undefined };

const FLIPPED: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const ALLOWED = [...Object.keys(FLIPPED), 'BETWEEN', 'begins_with'];

const boundsOf = (condition: Condition): readonly Bound[] => {
  if (condition.op === 'AND') return condition.of.flatMap(boundsOf);
  if ('of' in condition || !ALLOWED.includes(condition.op))
    throw invalid(`Invalid operator used in KeyConditionExpression: ${condition.op}`);
  return [boundOf(condition.op, condition.operands)];
};

const boundOf = (op: string, operands: readonly Operand[]): Bound => {
  const wrong = (what: string) => invalid(`Invalid condition in KeyConditionExpression: ${what}`);
  const paths = operands.flatMap(({ path }) => (path ? [path] : []));
  const values = operands.flatMap(({ value }) => (value ? [value] : []));
  const [path] = paths;
  if (operands.some(({ size }) => size)) throw invalid('KeyConditionExpressions cannot contain nested operations');
  if (!path) throw wrong('No key attribute specified');
  if (paths.length > 1) throw wrong('Multiple attribute names used in one condition');
  if (path.length > 1)
    throw invalid(`KeyConditionExpressions cannot have conditions on nested attributes: ${shown(path)}`);
  if (operands[0]?.path) return { name: String(path[0]), op, values };
  const flipped = FLIPPED[op];
  if (!flipped) throw wrong(`${op} operator must have the key attribute as its first operand`);
  return { name: String(path[0]), op: flipped, values };
};

const checkedBound = (bound: Bound, key: KeyAttribute) => {
  for (const value of bound.values) {
    if (value[key.type] === undefined) {
      const what = 'Condition parameter type does not match schema type';
      throw invalid(`One or more parameter values were invalid: ${what}`);
    }
    checkedKeyValue(value, key);
  }
  return bound;
};

export const parseKeyCondition = (text: string, from: Placeholders, { hash, range }: KeySchema): KeyCondition => {
  const bounds = boundsOf(parseCondition('KeyConditionExpression', text, from));
  const names = bounds.map(({ name }) => name);
  if (new Set(names).size < names.length)
    throw invalid('KeyConditionExpressions must only contain one condition per key');
  const onHash = bounds.find(({ name }) => name === hash.name);
  const onRange = range && bounds.find(({ name }) => name === range.name);
  if (!onHash || bounds.length > (onRange ? 2 : 1)) throw invalid('Query condition missed key schema element');
  const [value] = checkedBound(onHash, hash).values;
  if (onHash.op !== '=' || !value) throw invalid('Query key condition not supported');
  return { hash: value, range: onRange && checkedBound(onRange, range) };
};

/** The sort keys that are too small, and those that are too big. */
const outside = ({ op, values }: Bound): { before(key: Value): boolean; after(key: Value): boolean } => {
  const [low = {}, high = low] = values;
  const toLow = (key: Value) => compare(key, low) ?? 0;
  const never = () => false;
  switch (op) {
    case '<':
      return { before: never, after: (key) => toLow(key) >= 0 };
    case '<=':
      return { before: never, after: (key) => toLow(key) > 0 };
    case '>':
      return { before: (key) => toLow(key) <= 0, after: never };
    case '>=':
      return { before: (key) => toLow(key) < 0, after: never };
    case 'begins_with':
      return { before: (key) => toLow(key) < 0, after: (key) => toLow(key) > 0 && !beginsWith(key, low) };
    default:
      return { before: (key) => toLow(key) < 0, after: (key) => (compare(key, high) ?? 0) > 0 };
  }
};

export const inRange = (bound: Bound, key: Value) => {
  const { before, after } = outside(bound);
  return !before(key) && !after(key);
};

/** Where in a partition the bound begins and ends. */
export const spanOf = (entries: readonly Entry[], bound: Bound | undefined): readonly [number, number] => {
  if (!bound) return [0, entries.length];
  const { before, after } = outside(bound);
  return [
    firstWhere(entries, ({ range }) => !before(range ?? {})),
    firstWhere(entries, ({ range }) => after(range ?? {})),
  ];
};
