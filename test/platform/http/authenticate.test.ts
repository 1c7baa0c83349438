import fc from 'fast-check';
import { expect, it } from 'vitest';
import { secretsMatch } from '#platform/http/authenticate';
import { bearerToken } from '#platform/http/headers';

it.each([
  ['Bearer abc_-.~+/=', 'abc_-.~+/='],
  ['bearer  abc', 'abc'],
  ['Bearer', undefined],
  ['Bearer ', undefined],
  ['Bearer a b', undefined],
  ['Basic abc', undefined],
  ['xBearer abc', undefined],
  ['', undefined],
  [undefined, undefined],
])('reads the bearer token of %j: %j', (authorization, token) => {
  expect(bearerToken(authorization)).toBe(token);
});

it('says that secrets match only where they are equal', () =>
  // Red when only a part of the digests is compared, or only their lengths.
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(secretsMatch(a, a)).toBe(true);
      expect(secretsMatch(a, b)).toBe(a === b);
      expect(secretsMatch(a, `${a}x`)).toBe(false);
    }),
  ));
