import { type Entry, findPartitionPoint } from './collection.ts';
import { type Condition, type Operand, parseCondition } from './condition.ts';
import { formatPath } from './document.ts';
import type { Placeholders } from './expression.ts';
import { type KeyAttribute, type KeySchema, validateKeyValue } from './key-schema.ts';
import { type AttributeValue, beginsWith, compareValues, validationError } from './values.ts';

type Bound = { readonly name: string; readonly op: string; readonly values: readonly AttributeValue[] };

/** One partition and the bound of its sort keys. */
export type KeyCondition = { readonly hash: AttributeValue; readonly range: Bound | undefined };

const FLIPPED: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const ALLOWED = [...Object.keys(FLIPPED), 'BETWEEN', 'begins_with'];

const toBounds = (condition: Condition): readonly Bound[] => {
  if (condition.op === 'AND') return condition.conditions.flatMap(toBounds);
  if ('conditions' in condition || !ALLOWED.includes(condition.op))
    throw validationError(`Invalid operator used in KeyConditionExpression: ${condition.op}`);
  return [toBound(condition.op, condition.operands)];
};

const toBound = (op: string, operands: readonly Operand[]): Bound => {
  const invalidCondition = (detail: string) =>
    validationError(`Invalid condition in KeyConditionExpression: ${detail}`);
  const paths = operands.flatMap(({ path }) => (path ? [path] : []));
  const values = operands.flatMap(({ value }) => (value ? [value] : []));
  const [path] = paths;
  if (operands.some(({ size }) => size))
    throw validationError('KeyConditionExpressions cannot contain nested operations');
  if (!path) throw invalidCondition('No key attribute specified');
  if (paths.length > 1) throw invalidCondition('Multiple attribute names used in one condition');
  if (path.length > 1)
    throw validationError(`KeyConditionExpressions cannot have conditions on nested attributes: ${formatPath(path)}`);
  if (operands[0]?.path) return { name: String(path[0]), op, values };
  const flipped = FLIPPED[op];
  if (!flipped) throw invalidCondition(`${op} operator must have the key attribute as its first operand`);
  return { name: String(path[0]), op: flipped, values };
};

const validateBound = (bound: Bound, key: KeyAttribute) => {
  for (const value of bound.values) {
    if (value[key.type] === undefined) {
      const detail = 'Condition parameter type does not match schema type';
      throw validationError(`One or more parameter values were invalid: ${detail}`);
    }
    validateKeyValue(value, key);
  }
  return bound;
};

export const parseKeyCondition = (
  text: string,
  placeholders: Placeholders,
  { hash, range }: KeySchema,
): KeyCondition => {
  const bounds = toBounds(parseCondition('KeyConditionExpression', text, placeholders));
  const names = bounds.map(({ name }) => name);
  if (new Set(names).size < names.length)
    throw validationError('KeyConditionExpressions must only contain one condition per key');
  const onHash = bounds.find(({ name }) => name === hash.name);
  const onRange = range && bounds.find(({ name }) => name === range.name);
  if (!onHash || bounds.length > (onRange ? 2 : 1)) throw validationError('Query condition missed key schema element');
  const [value] = validateBound(onHash, hash).values;
  if (onHash.op !== '=' || !value) throw validationError('Query key condition not supported');
  return { hash: value, range: onRange && validateBound(onRange, range) };
};

/** Creates the tests for sort keys before the bound and after it. */
const createRangeTests = ({
  op,
  values,
}: Bound): { before(key: AttributeValue): boolean; after(key: AttributeValue): boolean } => {
  const [low = {}, high = low] = values;
  const toLow = (key: AttributeValue) => compareValues(key, low) ?? 0;
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
      return { before: (key) => toLow(key) < 0, after: (key) => (compareValues(key, high) ?? 0) > 0 };
  }
};

export const isInRange = (bound: Bound, key: AttributeValue) => {
  const { before, after } = createRangeTests(bound);
  return !before(key) && !after(key);
};

/** The start index and the end index (exclusive) of the bound in a partition. */
export const findSpan = (entries: readonly Entry[], bound: Bound | undefined): readonly [number, number] => {
  if (!bound) return [0, entries.length];
  const { before, after } = createRangeTests(bound);
  return [
    findPartitionPoint(entries, ({ range }) => !before(range ?? {})),
    findPartitionPoint(entries, ({ range }) => after(range ?? {})),
  ];
};
