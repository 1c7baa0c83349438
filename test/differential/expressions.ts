import fc from 'fast-check';
import {
  any,
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

/** Part of an expression; each `?` in it is a value. */
export type Fragment = { readonly text: string; readonly values: readonly Value[] };

const fragment = (text: string, ...values: readonly fc.Arbitrary<Value>[]): fc.Arbitrary<Fragment> =>
  fc.tuple(...values).map((chosen) => ({ text, values: chosen }));

const joined = (parts: readonly Fragment[], between: string): Fragment => ({
  text: parts.map(({ text }) => text).join(between),
  values: parts.flatMap(({ values }) => values),
});

/** The parameters of a call that has these expressions. */
export const bound = (expressions: Readonly<Record<string, Fragment | undefined>>): object => {
  const given = Object.entries(expressions).flatMap(([name, part]) => (part ? [{ name, ...part }] : []));
  const values = given.flatMap((part) => part.values);
  let at = 0;
  const texts = given.map(({ name, text }) => [name, text.replaceAll('?', () => `:v${at++}`)] as const);
  return {
    ...Object.fromEntries(texts),
    ...(values.length && { ExpressionAttributeValues: Object.fromEntries(values.map((it, n) => [`:v${n}`, it])) }),
    ...(texts.some(([, it]) => it.includes('#status')) && { ExpressionAttributeNames: { '#status': 'status' } }),
  };
};

const scalar = fc.oneof(text, number, binary);
const pair = (low: string, high: string) => fc.constant([{ N: low }, { N: high }]);
const between = fc
  .oneof(pair('-1', '1'), pair('0', '100'), pair('2.5', '2.5'))
  .map((values): Fragment => ({ text: 'n BETWEEN ? AND ?', values }));

const comparison = fc
  .tuple(
    fc.constantFrom('n', 's', 'x', 'm.n', 'l[0]', 'held', 'b'),
    fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
    scalar,
  )
  .map(([path, operator, value]): Fragment => ({ text: `${path} ${operator} ?`, values: [value] }));

/** Tests of attributes that are no keys, as filters take them. */
const test: fc.Arbitrary<Fragment> = fc.oneof(
  { weight: 6, arbitrary: comparison },
  between,
  fragment('attribute_exists(n)'),
  fragment('attribute_exists(m.x)'),
  fragment('attribute_not_exists(l[1])'),
  fragment('attribute_not_exists(x)'),
  fragment('x = ?', any),
  fragment('x <> ?', any),
  fragment('l = ?', list),
  fragment('m = ?', map),
  fragment('ss = ?', textSet),
  fragment('ns <> ?', numberSet),
  fragment('x = held'),
  fragment('n < m.n'),
  fragment('s IN (?, ?, x)', text, any),
  fragment('#status <> ?', text),
  fragment('begins_with(s, ?)', text),
  fragment('begins_with(b, ?)', binary),
  fragment('contains(s, ?)', text),
  fragment('contains(ss, ?)', text),
  fragment('contains(ns, ?)', number),
  fragment('contains(l, ?)', any),
  fragment('contains(x, ?)', scalar),
  fragment('size(s) > ?', number),
  fragment('size(x) <= ?', number),
  fragment('size(l) = size(ss)'),
  fragment(
    'attribute_type(x, ?)',
    fc.constantFrom(...['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'].map((S) => ({ S }))),
  ),
);

const compound = (part: fc.Arbitrary<Fragment>): fc.Arbitrary<Fragment> =>
  fc.oneof(
    { weight: 6, arbitrary: part },
    { weight: 2, arbitrary: fc.tuple(part, part).map((parts) => joined(parts, ' OR ')) },
    fc.tuple(part, part).map((parts) => joined(parts, ' AND ')),
    fc.tuple(part, part, part).map(([a, b, c]) => joined([joined([a, b], ' OR NOT '), c], ' AND ')),
    fc
      .tuple(part, part, part)
      .map(([a, b, c]) => joined([joined([{ ...a, text: `(${a.text}` }, b], ' OR '), c], ') AND ')),
    part.map(({ text, values }) => ({ text: `NOT ${text}`, values })),
  );

export const filter = compound(test);
/** Of what an index has of an item: all of them its key in the table. */
export const ofKey = compound(
  fc.oneof(fragment('sk <> ?', text), fragment('begins_with(pk, ?)', text), fragment('sk > pk')),
);
export const ofHeld = compound(
  fc.oneof(
    fragment('attribute_exists(held)'),
    fragment('held <> ?', any),
    fragment('held < ?', scalar),
    fragment('sk <> ?', text),
  ),
);
export const condition = compound(
  fc.oneof(
    { weight: 2, arbitrary: test },
    { weight: 2, arbitrary: fragment('attribute_exists(pk)') },
    fragment('attribute_not_exists(pk)'),
    fragment('sk <> ?', text),
  ),
);

/** Each clause with the section it stands in; those of one root overlap. */
type Clause = Fragment & { readonly section: string; readonly root: string };

const clause = (section: string, text: string, ...values: readonly fc.Arbitrary<Value>[]): fc.Arbitrary<Clause> =>
  fragment(text, ...values).map((part) => ({ ...part, section, root: /\w+/.exec(text)?.[0] ?? '' }));

const clauses: fc.Arbitrary<Clause> = fc.oneof(
  ...[
    clause('SET', 'n = ?', number),
    clause('SET', 'n = if_not_exists(n, ?) + ?', number, number),
    clause('SET', 'n = ? - if_not_exists(m.n, ?)', number, number),
    clause('SET', 's = ?', text),
    clause('SET', '#status = if_not_exists(#status, ?)', text),
    clause('SET', 'l = list_append(if_not_exists(l, ?), ?)', list, list),
    clause('SET', 'l = list_append(?, if_not_exists(l, ?))', list, list),
    clause('SET', 'm = ?', map),
    clause('SET', 'x = ?', any),
    clause('SET', 'x = if_not_exists(s, ?)', any),
    clause('SET', 'held = ?', any),
    clause('SET', 'held = if_not_exists(x, ?)', any),
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
  // what fails where the item lacks it, or has it of another type
  clause('SET', 'n = n + ?', number),
  clause('SET', 'x = m.x'),
  clause('SET', 'm.x = ?', any),
  clause('SET', 'l[0] = ?', any),
  clause('SET', 'l[9] = ?, l[1] = ?', any, any),
  clause('SET', 'm.l = list_append(m.l, ?)', list),
  clause('REMOVE', 'm.x'),
  clause('REMOVE', 'l[0], l[2]'),
  clause('ADD', 'm.n ?', number),
  clause('ADD', 'x ?', fc.oneof(number, textSet)),
  clause('DELETE', 'x ?', fc.oneof(textSet, numberSet)),
);

/** One to four clauses that do not overlap, in sections in any order. */
export const update = fc
  .uniqueArray(clauses, { minLength: 1, maxLength: 4, selector: ({ root }) => root })
  .map((chosen): Fragment => {
    const sections = [...new Set(chosen.map(({ section }) => section))].map((name) => {
      const { text, values } = joined(
        chosen.filter(({ section }) => section === name),
        ', ',
      );
      return { text: `${name} ${text}`, values };
    });
    return joined(sections, ' ');
  });
