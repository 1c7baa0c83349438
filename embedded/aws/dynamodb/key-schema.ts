import { type AttributeType, type AttributeValue, findAttribute, type Item, validationError } from './values.ts';

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

export type KeyAttribute = { readonly name: string; readonly type: AttributeType; readonly maxBytes: number };
export type KeySchema = { readonly hash: KeyAttribute; readonly range: KeyAttribute | undefined };

const EMPTY_KEY_MESSAGE = 'The AttributeValue for a key attribute cannot contain an empty string value.';

export const toKeySchema = ({ AttributeDefinitions }: TableDefinition, elements: readonly KeyElement[]): KeySchema => {
  const findKeyAttribute = (keyType: string, maxBytes: number): KeyAttribute | undefined => {
    const name = elements.find(({ KeyType }) => KeyType === keyType)?.AttributeName;
    if (name === undefined) return undefined;
    const type = AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
    if (!type) throw new Error(`key attribute ${name} has no definition`);
    return { name, type, maxBytes };
  };
  const hash = findKeyAttribute('HASH', 2048);
  if (!hash) throw new Error('a key schema needs a partition key');
  return { hash, range: findKeyAttribute('RANGE', 1024) };
};

export const toKeyAttributes = ({ hash, range }: KeySchema): readonly KeyAttribute[] =>
  range ? [hash, range] : [hash];

/** Converts a key value to a string. Equal strings mean equal values, if the types are the same. */
export const toKeyString = (value: AttributeValue): string => value.S ?? value.N ?? value.B ?? '';

const isEmpty = (value: AttributeValue) => value.S === '' || value.B === '';
const isTooLong = (value: AttributeValue, { maxBytes }: KeyAttribute) =>
  value.N === undefined && Buffer.byteLength(toKeyString(value), value.B === undefined ? 'utf8' : 'base64') > maxBytes;

export const validateKeyValue = (value: AttributeValue, key: KeyAttribute) => {
  if (value[key.type] === undefined)
    throw validationError('One or more parameter values were invalid: Type mismatch for key');
  if (isEmpty(value))
    throw validationError(`One or more parameter values are not valid. ${EMPTY_KEY_MESSAGE} Key: ${key.name}`);
  if (isTooLong(value, key)) {
    const message = 'Hash primary key values must be under 2048 bytes, and range primary key values must be under 1024';
    throw validationError(`${message} bytes`);
  }
  return value;
};

/** Returns the key of an item. Throws if a key attribute is missing or invalid. */
export const extractKey = (item: Item, schema: KeySchema): Item => {
  const key: Record<string, AttributeValue> = {};
  for (const keyAttribute of toKeyAttributes(schema)) {
    const value = findAttribute(item, keyAttribute.name);
    if (!value) throw validationError('One of the required keys was not given a value');
    key[keyAttribute.name] = validateKeyValue(value, keyAttribute);
  }
  return key;
};

/** Returns the key. Throws if it has other attributes than the schema, or if one is invalid. */
export const validateKey = (key: Item, schema: KeySchema): Item => {
  if (Object.keys(key).length !== toKeyAttributes(schema).length)
    throw validationError('The number of conditions on the keys is invalid');
  return extractKey(key, schema);
};

/**
 * Throws if an index key of the item has the wrong type, is empty or is too long. An item may lack the index key.
 */
export const validateIndexKey = (item: Item, schema: KeySchema, indexName: string) => {
  for (const key of toKeyAttributes(schema)) {
    const value = findAttribute(item, key.name);
    if (!value) continue;
    if (value[key.type] === undefined)
      throw validationError('One or more parameter values were invalid: Type mismatch for Index Key');
    if (isEmpty(value)) {
      const message = 'A value specified for a secondary index key is not supported.';
      throw validationError(
        `One or more parameter values are not valid. ${message} ${EMPTY_KEY_MESSAGE} IndexName: ${indexName}, IndexKey: ${key.name}`,
      );
    }
    if (isTooLong(value, key))
      throw validationError('One or more parameter values were invalid: Size of an index key has exceeded its maximum');
  }
};
