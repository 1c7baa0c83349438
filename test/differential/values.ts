import fc from 'fast-check';

/** An attribute value in the wire format. */
export type Value = { readonly [type: string]: unknown };
export type Item = { readonly [name: string]: Value };

/**
 * `@` stands for the prefix of a run: partitions and tokens start with it. `~` stands for the number of the item's key, so that no two
 * items have the same index key: their order in the index would be undefined.
 */
export const KEYS: readonly Item[] = [
  { pk: { S: '@p' }, sk: { S: '1' } },
  { pk: { S: '@p' }, sk: { S: '2' } },
  { pk: { S: '@p' }, sk: { S: 'é' } },
  { pk: { S: '@q' }, sk: { S: '\uFFFD' } },
  { pk: { S: '@q' }, sk: { S: '😀' } },
];
export const replaceMark = <T>(value: T, mark: string, replacement: string): T =>
  JSON.parse(JSON.stringify(value).replaceAll(mark, replacement));

const texts = ['a', 'b', 'ab', 'abc', 'é', '😀', '\uFFFD', ''];
const numbers = ['0', '1', '2', '-1', '2.50', '-0.25', '1e2', '1e-7', '007', '12345678901234567890', '0.1'];
const bytes = ['', 'YQ==', 'YWI=', '/wA='];

const typedValue = <T>(type: string, value: fc.Arbitrary<T>): fc.Arbitrary<Value> =>
  value.map((content) => ({ [type]: content }));
const nonEmptySubset = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1, maxLength: 3 });

export const text = typedValue('S', fc.constantFrom(...texts));
export const number = typedValue('N', fc.constantFrom(...numbers));
export const binary = typedValue('B', fc.constantFrom(...bytes));
export const textSet = typedValue('SS', nonEmptySubset(texts));
export const numberSet = typedValue('NS', nonEmptySubset(['1', '2.5', '-3', '12', '0']));
const binarySet = typedValue('BS', nonEmptySubset(bytes));
const flag = typedValue('BOOL', fc.boolean());
const nullValue = fc.constant<Value>({ NULL: true });
const flatValue = fc.oneof(text, number, binary, flag, nullValue, textSet, numberSet, binarySet);

export const list = typedValue('L', fc.array(flatValue, { maxLength: 3 }));
export const map = typedValue('M', fc.record({ n: number, x: flatValue, l: list }, { requiredKeys: ['n'] }));
export const anyValue = fc.oneof({ weight: 4, arbitrary: flatValue }, list, map);

/** The index keys. */
export const listPk = fc.constant<Value>({ S: '@L' });
export const listSk = typedValue('S', fc.constantFrom('a~', 'b~', 'é~'));
export const team = fc.constant<Value>({ S: '@T' });
export const points = typedValue('N', fc.constantFrom('1~', '-2~', '2.5~'));

/** The attributes of an item besides its key. Each except `x` and `held` has one type, so that most operations succeed. */
export const attributes = fc.record(
  {
    ...{ n: number, s: text, b: binary, l: list, m: map, ss: textSet, ns: numberSet },
    ...{ x: anyValue, status: text, held: anyValue, listPk, listSk, team, points },
  },
  { requiredKeys: [] },
);
