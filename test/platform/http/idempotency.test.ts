import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, findIdempotencyKey, IDEMPOTENCY_KEY_FORM, idFrom } from '#platform/http/idempotency';

/** JSON text of the same value in another notation: fields in another order, white space, escapes, and numbers with an exponent. */
const rewrite = (value: unknown): string => {
  if (Array.isArray(value)) return `[ ${value.map(rewrite).join(' ,')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).toReversed();
    return `{\n${fields.map(([name, field]) => `${escaped(name)} : ${rewrite(field)}`).join(',\t')}}`;
  }
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e6) return `${value}.000e0`;
  return JSON.stringify(value);
};
const escaped = (text: string) =>
  `"${text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')}"`;

const body = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString')),
  fc.oneof(fc.jsonValue(), fc.integer()),
  { maxKeys: 5 },
);
const digest = (value: unknown, params: unknown = {}) => digestOf({ params, body: value });

describe('the digest of a request', () => {
  it('is the same for each notation of a body', () =>
    // Red when names are not sorted at every depth.
    fc.assert(
      fc.property(body, (value) => {
        const text = JSON.stringify(value);
        expect(digest(JSON.parse(rewrite(JSON.parse(text))))).toBe(digest(JSON.parse(text)));
      }),
    ));

  it('differs for every other body', () =>
    // Red when values, names, nesting or the order of a list are left out.
    fc.assert(
      fc.property(body, body, (a, b) => {
        const isSame = digest(a) === digest(b);
        expect(isSame).toBe(rewriteSorted(a) === rewriteSorted(b));
      }),
    ));

  it.each<[string, unknown, unknown]>([
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['an absent field and null', {}, { a: null }],
    ['a list in another order', { a: [1, 2] }, { a: [2, 1] }],
    ['a list and an object', { a: ['b'] }, { a: { 0: 'b' } }],
    ['fields of another nesting', { a: { b: 1 } }, { a: {}, b: 1 }],
    ['text that looks like two fields', { a: '1","b":"2' }, { a: '1', b: '2' }],
    ['composed and decomposed characters', { a: '\u00e9' }, { a: 'e\u0301' }],
    ['a field named __proto__', JSON.parse('{"__proto__":1}'), {}],
  ])('differs for %s', (_, a, b) => expect(digest(a)).not.toBe(digest(b)));

  it('takes a field without a value for an absent one, and 0 for -0', () => {
    expect(digest({ a: undefined, b: 0 })).toBe(digest({ b: -0 }));
  });

  it('differs for another path', () => expect(digest({}, { sku: 'mug' })).not.toBe(digest({}, { sku: 'pot' })));
});

/** JSON with sorted names, by another way than the digest's. */
const rewriteSorted = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? [
          'object',
          ...Object.keys(part)
            .sort()
            .map((name) => [name, part[name]]),
        ]
      : part,
  );

describe('the form of an Idempotency-Key', () => {
  it.each(['k', ' ', 'a b', '"quoted"', 'a,b', '__proto__', 'constructor', '~'.repeat(255)])('allows %j', (key) =>
    expect(IDEMPOTENCY_KEY_FORM.test(key)).toBe(true),
  );
  it.each(['', 'k'.repeat(256), 'caf\u00e9', 'a\tb', 'a\u0000', 'a\u007f', 'a\nb', '\ud800'])('refuses %j', (key) =>
    expect(IDEMPOTENCY_KEY_FORM.test(key)).toBe(false),
  );
});

describe('an Idempotency-Key', () => {
  const found = (value: string) => findIdempotencyKey({ headers: { 'Idempotency-Key': value } });

  it('is the whole value of its header, without the blanks around it', () =>
    // Red when a key is changed, or when one that is not printable ASCII passes.
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 260 }), (value) => {
        const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, '');
        expect(found(value)).toBe(/^[ -~]{1,255}$/.test(trimmed) ? trimmed : undefined);
      }),
    ));

  // red if the time grows with the square of the header's length: it is minutes then, and milliseconds otherwise
  it('is found in linear time, whatever blanks the header contains', { timeout: 20_000 }, () => {
    const blanks = ' \t'.repeat(100_000);
    expect(found(`a${blanks}b`)).toBeUndefined();
    expect(found(`${blanks}a${blanks}`)).toBe('a');
  });

  it('is missing where the header is missing or consists of blanks', () => {
    expect(findIdempotencyKey({ headers: {} })).toBeUndefined();
    expect(found(' \t ')).toBeUndefined();
  });
});

describe('an id', () => {
  it('is the same for the same key in the same scope, and another one otherwise', () =>
    // Red when the scope or the key is left out, or when their border is lost.
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,8}$/), fc.stringMatching(/^[ -~]{1,8}$/), (scope, key) => {
        expect(idFrom(scope, key)).toMatch(/^[0-9a-f]{26}$/);
        expect(idFrom(scope, key)).toBe(idFrom(scope, key));
        expect(idFrom(scope, key)).not.toBe(idFrom(`${scope}x`, key));
        expect(idFrom(scope, key)).not.toBe(idFrom(scope, `${key}x`));
        expect(idFrom(`${scope}${key[0]}`, key.slice(1))).not.toBe(idFrom(scope, key));
      }),
    ));
});
