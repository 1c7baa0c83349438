import fc from 'fast-check';
import {
  anyValue,
  binary,
  list,
  listPk,
  listSk,
  map,
  number,
  numberSet,
  points,
  team,
  text,
  textSet,
  type Value,
} from './values.ts';

/** A part of an expression. Each `?` in it stands for a value. */
export type Fragment = { readonly text: string; readonly values: readonly Value[] };

const fragment = (text: string, ...values: readonly fc.Arbitrary<Value>[]): fc.Arbitrary<Fragment> =>
  fc.tuple(...values).map((chosen) => ({ text, values: chosen }));

const joinFragments = (parts: readonly Fragment[], separator: string): Fragment => ({
  text: parts.map(({ text }) => text).join(separator),
  values: parts.flatMap(({ values }) => values),
});

/** The parameters of a call with these expressions. */
export const toParameters = (expressions: Readonly<Record<string, Fragment | undefined>>): object => {
  const parts = Object.entries(expressions).flatMap(([name, part]) => (part ? [{ name, ...part }] : []));
  const values = parts.flatMap((part) => part.values);
  let at = 0;
  const texts = parts.map(({ name, text }) => [name, text.replaceAll('?', () => `:v${at++}`)] as const);
  return {
    ...Object.fromEntries(texts),
    ...(values.length && {
      ExpressionAttributeValues: Object.fromEntries(values.map((value, n) => [`:v${n}`, value])),
    }),
    ...(texts.some(([, text]) => text.includes('#status')) && { ExpressionAttributeNames: { '#status': 'status' } }),
  };
};

const scalar = fc.oneof(text, number, binary);
const pair = (low: string, high: string) => fc.constant([{ N: low }, { N: high }]);
const betweenTest = fc
  .oneof(pair('-1', '1'), pair('0', '100'), pair('2.5', '2.5'))
  .map((values): Fragment => ({ text: 'n BETWEEN ? AND ?', values }));

const comparison = fc
  .tuple(
    fc.constantFrom('n', 's', 'x', 'm.n', 'l[0]', 'held', 'b'),
    fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
    scalar,
  )
  .map(([path, operator, value]): Fragment => ({ text: `${path} ${operator} ?`, values: [value] }));

/** Tests of attributes outside the keys, as filters accept them. */
const attributeTest: fc.Arbitrary<Fragment> = fc.oneof(
  { weight: 6, arbitrary: comparison },
  betweenTest,
  fragment('attribute_exists(n)'),
  fragment('attribute_exists(m.x)'),
  fragment('attribute_not_exists(l[1])'),
  fragment('attribute_not_exists(x)'),
  fragment('x = ?', anyValue),
  fragment('x <> ?', anyValue),
  fragment('l = ?', list),
  fragment('m = ?', map),
  fragment('ss = ?', textSet),
  fragment('ns <> ?', numberSet),
  fragment('x = held'),
  fragment('n < m.n'),
  fragment('s IN (?, ?, x)', text, anyValue),
  fragment('#status <> ?', text),
  fragment('begins_with(s, ?)', text),
  fragment('begins_with(b, ?)', binary),
  fragment('contains(s, ?)', text),
  fragment('contains(ss, ?)', text),
  fragment('contains(ns, ?)', number),
  fragment('contains(l, ?)', anyValue),
  fragment('contains(x, ?)', scalar),
  fragment('size(s) > ?', number),
  fragment('size(x) <= ?', number),
  fragment('size(l) = size(ss)'),
  fragment(
    'attribute_type(x, ?)',
    fc.constantFrom(...['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'].map((S) => ({ S }))),
  ),
);

const compoundOf = (part: fc.Arbitrary<Fragment>): fc.Arbitrary<Fragment> =>
  fc.oneof(
    { weight: 6, arbitrary: part },
    { weight: 2, arbitrary: fc.tuple(part, part).map((parts) => joinFragments(parts, ' OR ')) },
    fc.tuple(part, part).map((parts) => joinFragments(parts, ' AND ')),
    fc.tuple(part, part, part).map(([a, b, c]) => joinFragments([joinFragments([a, b], ' OR NOT '), c], ' AND ')),
    fc
      .tuple(part, part, part)
      .map(([a, b, c]) => joinFragments([joinFragments([{ ...a, text: `(${a.text}` }, b], ' OR '), c], ') AND ')),
    part.map(({ text, values }) => ({ text: `NOT ${text}`, values })),
  );

export const filter = compoundOf(attributeTest);
/** Filters on the primary key, which every index projects. */
export const keyFilter = compoundOf(
  fc.oneof(fragment('sk <> ?', text), fragment('begins_with(pk, ?)', text), fragment('sk > pk')),
);
export const heldFilter = compoundOf(
  fc.oneof(
    fragment('attribute_exists(held)'),
    fragment('held <> ?', anyValue),
    fragment('held < ?', scalar),
    fragment('sk <> ?', text),
  ),
);
export const condition = compoundOf(
  fc.oneof(
    { weight: 2, arbitrary: attributeTest },
    { weight: 2, arbitrary: fragment('attribute_exists(pk)') },
    fragment('attribute_not_exists(pk)'),
    fragment('sk <> ?', text),
  ),
);

/** A clause with its section. Clauses with the same root overlap. */
type Clause = Fragment & { readonly section: string; readonly root: string };

const clause = (section: string, text: string, ...values: readonly fc.Arbitrary<Value>[]): fc.Arbitrary<Clause> =>
  fragment(text, ...values).map((part) => ({ ...part, section, root: /\w+/.exec(text)?.[0] ?? '' }));

const updateClause: fc.Arbitrary<Clause> = fc.oneof(
  ...[
    clause('SET', 'n = ?', number),
    clause('SET', 'n = if_not_exists(n, ?) + ?', number, number),
    clause('SET', 'n = ? - if_not_exists(m.n, ?)', number, number),
    clause('SET', 's = ?', text),
    clause('SET', '#status = if_not_exists(#status, ?)', text),
    clause('SET', 'l = list_append(if_not_exists(l, ?), ?)', list, list),
    clause('SET', 'l = list_append(?, if_not_exists(l, ?))', list, list),
    clause('SET', 'm = ?', map),
    clause('SET', 'x = ?', anyValue),
    clause('SET', 'x = if_not_exists(s, ?)', anyValue),
    clause('SET', 'held = ?', anyValue),
    clause('SET', 'held = if_not_exists(x, ?)', anyValue),
    clause('SET', 'listPk = ?, listSk = ?', listPk, listSk),
    clause('SET', 'team = ?, points = ?', team, points),
    clause('REMOVE', 'n'),
    clause('REMOVE', 'x'),
    clause('REMOVE', 'held'),
    clause('REMOVE', 'listPk'),
    clause('REMOVE', 'team'),
    clause('ADD', 'n ?', number),
    clause('ADD', 'ss ?', textSet),
    clause('ADD', 'ns ?', numberSet),
    clause('DELETE', 'ss ?', textSet),
    clause('DELETE', 'ns ?', numberSet),
  ].map((arbitrary) => ({ weight: 2, arbitrary })),
  // clauses that fail if the attribute is missing or of another type
  clause('SET', 'n = n + ?', number),
  clause('SET', 'x = m.x'),
  clause('SET', 'm.x = ?', anyValue),
  clause('SET', 'l[0] = ?', anyValue),
  clause('SET', 'l[9] = ?, l[1] = ?', anyValue, anyValue),
  clause('SET', 'm.l = list_append(m.l, ?)', list),
  clause('REMOVE', 'm.x'),
  clause('REMOVE', 'l[0], l[2]'),
  clause('ADD', 'm.n ?', number),
  clause('ADD', 'x ?', fc.oneof(number, textSet)),
  clause('DELETE', 'x ?', fc.oneof(textSet, numberSet)),
);

/** One to four clauses that do not overlap, in sections in any order. */
export const update = fc
  .uniqueArray(updateClause, { minLength: 1, maxLength: 4, selector: ({ root }) => root })
  .map((chosen): Fragment => {
    const sections = [...new Set(chosen.map(({ section }) => section))].map((name) => {
      const { text, values } = joinFragments(
        chosen.filter(({ section }) => section === name),
        ', ',
      );
      return { text: `${name} ${text}`, values };
    });
    return joinFragments(sections, ' ');
  });
