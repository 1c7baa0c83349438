import { attribute, type Item, invalid, type Type, type Value } from './values.ts';

type KeyElement = { AttributeName: string; KeyType: 'HASH' | 'RANGE' };

/** A table as CreateTable describes it. */
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

const notEmpty = 'The AttributeValue for a key attribute cannot contain an empty string value.';

export const keySchema = ({ AttributeDefinitions }: TableDefinition, elements: readonly KeyElement[]): KeySchema => {
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

/** What a key value is as text; texts of one type are equal where the values are. */
export const textOf = (value: Value): string => value.S ?? value.N ?? value.B ?? '';

const isEmpty = (value: Value) => value.S === '' || value.B === '';
const isTooLong = (value: Value, { maxBytes }: KeyAttribute) =>
  value.N === undefined && Buffer.byteLength(textOf(value), value.B === undefined ? 'utf8' : 'base64') > maxBytes;

export const checkedKeyValue = (value: Value, key: KeyAttribute) => {
  if (value[key.type] === undefined) throw invalid('One or more parameter values were invalid: Type mismatch for key');
  if (isEmpty(value)) throw invalid(`One or more parameter values are not valid. ${notEmpty} Key: ${key.name}`);
  if (isTooLong(value, key)) {
    const limits = 'Hash primary key values must be under 2048 bytes, and range primary key values must be under 1024';
    throw invalid(`${limits} bytes`);
  }
  return value;
};

/** The key within an item, which must have it. */
export const keyWithin = (item: Item, schema: KeySchema): Item => {
  const key: Record<string, Value> = {};
  for (const part of keyAttributes(schema)) {
    const value = attribute(item, part.name);
    if (!value) throw invalid('One of the required keys was not given a value');
    key[part.name] = checkedKeyValue(value, part);
  }
  return key;
};

/** A key as a call gives it: these attributes and no other. */
export const exactKey = (key: Item, schema: KeySchema): Item => {
  if (Object.keys(key).length !== keyAttributes(schema).length)
    throw invalid('The number of conditions on the keys is invalid');
  return keyWithin(key, schema);
};

/** An index takes no item whose key attributes are of another type, empty or too long; it takes one that lacks them. */
export const checkIndexKey = (item: Item, schema: KeySchema, index: string) => {
  for (const key of keyAttributes(schema)) {
    const value = attribute(item, key.name);
    if (!value) continue;
    if (value[key.type] === undefined)
      throw invalid('One or more parameter values were invalid: Type mismatch for Index Key');
    if (isEmpty(value)) {
      const what = 'A value specified for a secondary index key is not supported.';
      throw invalid(
        `One or more parameter values are not valid. ${what} ${notEmpty} IndexName: ${index}, IndexKey: ${key.name}`,
      );
    }
    if (isTooLong(value, key))
      throw invalid('One or more parameter values were invalid: Size of an index key has exceeded its maximum');
  }
};
