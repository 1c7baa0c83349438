import { ServiceError } from '../service.ts';
import * as decimal from './decimal.ts';

/** An attribute value in its wire format, bytes as base64. Stored values are immutable. */
export type AttributeValue = {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
};
export type Item = { readonly [name: string]: AttributeValue };
export type AttributeType = keyof AttributeValue;

export const TYPES: readonly string[] = [
  'S',
  'N',
  'B',
  'BOOL',
  'NULL',
  'SS',
  'NS',
  'BS',
  'L',
  'M',
] satisfies AttributeType[];
export const MAX_ITEM_BYTES = 400 * 1024;
const MAX_DEPTH = 32;

export const validationError = (message: string) => new ServiceError('ValidationException', message);
const invalidParameter = (detail: string) => validationError(`One or more parameter values were invalid: ${detail}`);

export const typeOf = (value: AttributeValue) => Object.keys(value)[0] as AttributeType;

/** Attribute names are untrusted: a name such as `constructor` must not reach an inherited property. */
export const findAttribute = (item: Item, name: string) => (Object.hasOwn(item, name) ? item[name] : undefined);

const validateSet = (type: 'SS' | 'NS' | 'BS', values: readonly string[]) => {
  if (!values.length) {
    const kind = { SS: 'An string', NS: 'An number', BS: 'Binary' }[type];
    throw invalidParameter(`${kind} set  may not be empty`);
  }
  const set = type === 'NS' ? values.map(decimal.normalise) : values;
  if (new Set(set).size === set.length) return set;
  throw type === 'NS'
    ? validationError('Input collection contains duplicates')
    : invalidParameter(`Input collection [${values.join(', ')}] contains duplicates`);
};

/** Returns the value with its numbers normalised. Throws if DynamoDB would reject it. */
export const validateValue = (value: AttributeValue, depth = 0): AttributeValue => {
  const types = typeof value === 'object' && value ? Object.keys(value) : [];
  if (types.length !== 1 || !TYPES.includes(types[0] as string)) {
    const detail = types.length > 1 ? 'has more than one datatypes set' : 'is empty';
    throw validationError(`Supplied AttributeValue ${detail}, must contain exactly one of the supported datatypes`);
  }
  if (depth > MAX_DEPTH - 1) {
    const detail = 'Attributes in the item have nested levels beyond supported limit';
    throw validationError(`Nesting Levels have exceeded supported limits: ${detail}`);
  }
  if (value.S !== undefined || value.B !== undefined) return value;
  if (value.N !== undefined) return { N: decimal.normalise(value.N) };
  if (value.NULL === false) throw invalidParameter('Null attribute value types must have the value of true');
  if (value.SS) return { SS: validateSet('SS', value.SS) };
  if (value.NS) return { NS: validateSet('NS', value.NS) };
  if (value.BS) return { BS: validateSet('BS', value.BS) };
  if (value.L) return { L: value.L.map((element) => validateValue(element, depth + 1)) };
  if (value.M) return { M: validateItem(value.M, depth + 1) };
  return value;
};

export const validateItem = (item: Item, depth = 0): Item => {
  const copy: Record<string, AttributeValue> = Object.create(null);
  for (const name of Object.keys(item)) copy[name] = validateValue(item[name] as AttributeValue, depth);
  return copy;
};

const utf8Bytes = (text: string) => Buffer.byteLength(text);
const binaryBytes = (base64: string) => Buffer.byteLength(base64, 'base64');
const sum = <T>(values: readonly T[], bytes: (value: T) => number) =>
  values.reduce((total, value) => total + bytes(value), 0);

export const bytesOf = (value: AttributeValue): number => {
  if (value.S !== undefined) return utf8Bytes(value.S);
  if (value.N !== undefined) return decimal.bytes(value.N);
  if (value.B !== undefined) return binaryBytes(value.B);
  if (value.SS) return sum(value.SS, utf8Bytes);
  if (value.NS) return sum(value.NS, decimal.bytes);
  if (value.BS) return sum(value.BS, binaryBytes);
  if (value.L) return 3 + value.L.length + sum(value.L, bytesOf);
  if (value.M) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
};

/** The size that DynamoDB bills and limits: names and values, numbers by their digits. */
export const itemBytes = (item: Item): number => {
  let bytes = 0;
  for (const name of Object.keys(item)) bytes += utf8Bytes(name) + bytesOf(item[name] as AttributeValue);
  return bytes;
};

const membersEqual = (a: readonly string[], b: readonly string[]) => {
  const members = new Set(a);
  return a.length === b.length && b.every((member) => members.has(member));
};

export const valuesEqual = (a: AttributeValue | undefined, b: AttributeValue | undefined): boolean => {
  if (a === b) return true;
  if (!a || !b) return false;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (a.L && b.L) {
    const other = b.L;
    return a.L.length === other.length && a.L.every((element, index) => valuesEqual(element, other[index]));
  }
  if (a.M && b.M) return itemsEqual(a.M, b.M);
  const [left, right] = [a[type], b[type]];
  return Array.isArray(left) ? membersEqual(left, right as string[]) : left === right;
};

export const itemsEqual = (a: Item, b: Item) => {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => valuesEqual(a[name], findAttribute(b, name)));
};

const SURROGATE = /[\ud800-\udfff]/;

/** DynamoDB sorts text by its UTF-8 bytes. JavaScript's order differs from that only if there are surrogates. */
const compareText = (a: string, b: string) => {
  if (a === b) return 0;
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
};

/** Compares two texts, numbers or binaries. Returns undefined for other types, and for values of different types. */
export const compareValues = (a: AttributeValue, b: AttributeValue): number | undefined => {
  if (a.S !== undefined && b.S !== undefined) return compareText(a.S, b.S);
  if (a.N !== undefined && b.N !== undefined) return decimal.compare(a.N, b.N);
  if (a.B !== undefined && b.B !== undefined)
    return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'));
  return undefined;
};

export const beginsWith = (value: AttributeValue, prefix: AttributeValue) => {
  if (value.S !== undefined && prefix.S !== undefined) return value.S.startsWith(prefix.S);
  if (value.B === undefined || prefix.B === undefined) return false;
  const start = Buffer.from(prefix.B, 'base64');
  return Buffer.from(value.B, 'base64').subarray(0, start.length).equals(start);
};
