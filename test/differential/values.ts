import fc from 'fast-check';

/** An attribute value and an item as the wire has them. */
export type Value = { readonly [type: string]: unknown };
export type Item = { readonly [name: string]: Value };

/**
 * `@` begins whatever belongs to one run of a sequence: its partitions and tokens. `~` is the number of the item's key, so that
 * no two items order alike in an index: which of them came first would be nobody's promise.
 */
export const KEYS: readonly Item[] = [
  { pk: { S: '@p' }, sk: { S: '1' } },
  { pk: { S: '@p' }, sk: { S: '2' } },
  { pk: { S: '@p' }, sk: { S: 'é' } },
  { pk: { S: '@q' }, sk: { S: '\uFFFD' } },
  { pk: { S: '@q' }, sk: { S: '😀' } },
];
export const replaced = <T>(value: T, mark: string, by: string): T =>
  JSON.parse(JSON.stringify(value).replaceAll(mark, by));

const texts = ['a', 'b', 'ab', 'abc', 'é', '😀', '\uFFFD', ''];
const numbers = ['0', '1', '2', '-1', '2.50', '-0.25', '1e2', '1e-7', '007', '12345678901234567890', '0.1'];
const bytes = ['', 'YQ==', 'YWI=', '/wA='];

const of = <T>(type: string, value: fc.Arbitrary<T>): fc.Arbitrary<Value> => value.map((it) => ({ [type]: it }));
const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1, maxLength: 3 });

export const text = of('S', fc.constantFrom(...texts));
export const number = of('N', fc.constantFrom(...numbers));
export const binary = of('B', fc.constantFrom(...bytes));
export const textSet = of('SS', some(texts));
export const numberSet = of('NS', some(['1', '2.5', '-3', '12', '0']));
const binarySet = of('BS', some(bytes));
const flag = of('BOOL', fc.boolean());
const nothing = fc.constant<Value>({ NULL: true });
const plain = fc.oneof(text, number, binary, flag, nothing, textSet, numberSet, binarySet);

export const list = of('L', fc.array(plain, { maxLength: 3 }));
export const map = of('M', fc.record({ n: number, x: plain, l: list }, { requiredKeys: ['n'] }));
export const any = fc.oneof({ weight: 4, arbitrary: plain }, list, map);

/** Where an index has the item. */
export const listPk = fc.constant<Value>({ S: '@L' });
export const listSk = of('S', fc.constantFrom('a~', 'b~', 'é~'));
export const team = fc.constant<Value>({ S: '@T' });
export const points = of('N', fc.constantFrom('1~', '-2~', '2.5~'));

/** What an item holds besides its key. Each name but `x` and `held` has one type, so that most operations make sense. */
export const attributes = fc.record(
  {
    ...{ n: number, s: text, b: binary, l: list, m: map, ss: textSet, ns: numberSet },
    ...{ x: any, status: text, held: any, listPk, listSk, team, points },
  },
  { requiredKeys: [] },
);
