import { findAttribute, type Item, type Type, type Value, validationError } from './values.ts';

type KeyElement = { AttributeName: string; KeyType: 'HASH' | 'RANGE' };

/** A table in the form of CreateTable's input. */
export type TableDefinition = {
  TableName: string;
  AttributeDefinitions: { AttributeName: string; AttributeType: 'S' | 'N' | 'B' }[];
  KeySchema: KeyElement[];
  GlobalSecondaryIndexes?: {
    IndexName: string;
    KeySchema: KeyElement[];
    Projection: { ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; NonKeyAttributes?: string[] };
  }[];
};

export type KeyAttribute = { readonly name: string; readonly type: Type; readonly maxBytes: number };
export type KeySchema = { readonly hash: KeyAttribute; readonly range: KeyAttribute | undefined };

const NOT_EMPTY = 'The AttributeValue for a key attribute cannot contain an empty string value.';

export const toKeySchema = ({ AttributeDefinitions }: TableDefinition, elements: readonly KeyElement[]): KeySchema => {
  const find = (keyType: string, maxBytes: number): KeyAttribute | undefined => {
    const name = elements.find(({ KeyType }) => KeyType === keyType)?.AttributeName;
    if (name === undefined) return undefined;
    const type = AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
    if (!type) throw new Error(`key attribute ${name} has no definition`);
    return { name, type, maxBytes };
  };
  const hash = find('HASH', 2048);
  if (!hash) throw new Error('a key schema needs a partition key');
  return { hash, range: find('RANGE', 1024) };
};

export const keyAttributes = ({ hash, range }: KeySchema): readonly KeyAttribute[] => (range ? [hash, range] : [hash]);

/** A key value as text. Two values of the same type are equal if and only if their texts are. */
export const keyText = (value: Value): string => value.S ?? value.N ?? value.B ?? '';

const isEmpty = (value: Value) => value.S === '' || value.B === '';
const isTooLong = (value: Value, { maxBytes }: KeyAttribute) =>
  value.N === undefined && Buffer.byteLength(keyText(value), value.B === undefined ? 'utf8' : 'base64') > maxBytes;

export const validateKeyValue = (value: Value, key: KeyAttribute) => {
  if (value[key.type] === undefined)
    throw validationError('One or more parameter values were invalid: Type mismatch for key');
  if (isEmpty(value))
    throw validationError(`One or more parameter values are not valid. ${NOT_EMPTY} Key: ${key.name}`);
  if (isTooLong(value, key)) {
    const limits = 'Hash primary key values must be under 2048 bytes, and range primary key values must be under 1024';
    throw validationError(`${limits} bytes`);
  }
  return value;
};

/** Returns the key of an item. Throws if the item has no valid one. */
export const extractKey = (item: Item, schema: KeySchema): Item => {
  const key: Record<string, Value> = {};
  for (const part of keyAttributes(schema)) {
    const value = findAttribute(item, part.name);
    if (!value) throw validationError('One of the required keys was not given a value');
    key[part.name] = validateKeyValue(value, part);
  }
  return key;
};

/** Returns the key. Throws unless it has exactly the attributes of the schema. */
export const validateKey = (key: Item, schema: KeySchema): Item => {
  if (Object.keys(key).length !== keyAttributes(schema).length)
    throw validationError('The number of conditions on the keys is invalid');
  return extractKey(key, schema);
};

/** Throws for an item whose index key is of another type, empty or too long. An item without an index key is valid. */
export const checkIndexKey = (item: Item, schema: KeySchema, index: string) => {
  for (const key of keyAttributes(schema)) {
    const value = findAttribute(item, key.name);
    if (!value) continue;
    if (value[key.type] === undefined)
      throw validationError('One or more parameter values were invalid: Type mismatch for Index Key');
    if (isEmpty(value)) {
      const what = 'A value specified for a secondary index key is not supported.';
      throw validationError(
        `One or more parameter values are not valid. ${what} ${NOT_EMPTY} IndexName: ${index}, IndexKey: ${key.name}`,
      );
    }
    if (isTooLong(value, key))
      throw validationError('One or more parameter values were invalid: Size of an index key has exceeded its maximum');
  }
};
