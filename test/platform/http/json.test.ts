import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readJson } from '#platform/http/json';

const read = (text: string) => readJson(Buffer.from(text));
const faultOf = (text: string) => {
  const result = read(text);
  return result.ok ? undefined : result.error;
};

const isFault = (fault: unknown) => fault === 'not_utf8' || fault === 'not_json' || typeof fault === 'object';

it('reads what JSON.stringify writes, also behind a byte order mark', () =>
  // Red when a text that has an escape is refused as a whole.
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('', '\ufeff'), (value, mark) => {
      const text = JSON.stringify(value);
      expect(read(mark + text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  ));

it('never replaces bytes: what it reads is what the bytes say in UTF-8', () =>
  // Red when TextDecoder is not fatal.
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const text = Buffer.concat([Buffer.from('"'), Buffer.from(bytes), Buffer.from('"')]);
      const result = readJson(text);
      if (result.ok && !text.includes('\\')) expect(Buffer.from(JSON.stringify(result.value))).toEqual(text);
      if (bytes.some((byte) => byte >= 0xf8 || byte === 0xc0 || byte === 0xc1)) expect(result.ok).toBe(false);
      if (!result.ok) expect(result.error).toSatisfy(isFault);
    }),
    { numRuns: 2_000 },
  ));

it.each([
  ['a lone high surrogate', '{"a":["x","\\uD800"]}', ['a', 1]],
  ['a lone low surrogate', '{"a":{"b":"\\udfff!"}}', ['a', 'b']],
  ['surrogates in the wrong order', '"\\udc00\\ud800"', []],
  ['a NUL', '[[],{"x":"a\\u0000"}]', [1, 'x']],
  ['a name with a NUL', '{"a":{"\\u0000":1}}', ['a']],
  ['a name with a lone surrogate', '[{"\\ud800":1}]', [0]],
])('points at %s', (_, text, path) => {
  expect(faultOf(text)).toEqual({ path, message: expect.stringContaining('NUL') });
});

it.each([
  ['in the body', '{"a":1,"b":2,"a":1}', []],
  ['in an object of a list', '{"lines":[{},{"a":"a","a":"b"}]}', ['lines', 1]],
  ['written in two ways', '{"a":1,"\\u0061":2}', []],
  ['after nested objects', '{"a":{"b":1},"y":[{"b":1}],"a":0}', []],
  ['after lists', '[[1,2],[{"a":[{}],"b":{"c":[1,2]},"a":1}]]', [1, 0]],
])('points at a name that is repeated %s', (_, text, path) => {
  expect(faultOf(text)).toEqual({ path, message: expect.stringContaining('"a"') });
});

it.each(['__proto__', 'constructor', ''])('counts names as a map does: %j', (name) => {
  const member = `${JSON.stringify(name)}:1`;
  expect(read(`{${member}}`).ok).toBe(true);
  expect(faultOf(`{${member},${member}}`)).toMatchObject({ path: [] });
});

it.each([
  '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}',
  '{"a":"a","b":"a\\":","c":"{\\"a\\":1,\\"a\\":2}"}',
  '["a","a",{"a":"a"}]',
  '{"a":"\\ud83c\\udf75"}',
  '{"constructor":1,"toString":2}',
])('takes %s', (text) => {
  expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) });
});

it.each(['', '\ufeff', '\ufeff\ufeff{}', 'nothing', '{"a":1}x', '{', "{'a':1}", 'NaN', '"\0"'])(
  'is not JSON: %j',
  (text) => {
    expect(faultOf(text)).toBe('not_json');
  },
);

it('takes any depth and any number without a failure', () => {
  const depth = 100_000;
  expect(read(`${'['.repeat(depth)}"\\u0041"${']'.repeat(depth)}`).ok).toBe(true);
  expect(read(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`).ok).toBe(true);
  expect(read('[1e400,-1e400,-0,1e-400,9007199254740993]')).toMatchObject({
    value: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 9_007_199_254_740_992],
  });
});
