import { describe, expect, it } from 'vitest';
import { PlaceOrder } from '#orders/routes';

const parse = (email: unknown) =>
  PlaceOrder.safeParse({
    lines: [{ sku: 'mug', quantity: 1 }],
    customer: { email },
    payment: { token: 'tok_ok' },
  });
const label63 = 'd'.repeat(63);
/** 254 octets: a local part of 64 and a domain of 189. */
const maxLengthAddress = `${'a'.repeat(64)}@${label63}.${label63}.${'d'.repeat(57)}.com`;

describe('an e-mail address that RFC 5322, 5321 or 6531 allows is taken', () => {
  it.each([
    'ada@example.com',
    'A@b.co',
    'a@b.c',
    'first&last@example.com',
    "o'brien@example.com",
    'ada+order@example.com',
    'ada.lovelace@example.com',
    "!#$%&'*+-/=?^_`{|}~@example.com",
    '_@example.com',
    '-@example.com',
    '1@example.com',
    '{ada}@example.com',
    '"a b"@example.com',
    '"ada@home"@example.com',
    '"a\\"b"@example.com',
    '"a\\\\b"@example.com',
    '".ada..lovelace."@example.com',
    '""@example.com',
    'ada@ex-ample.com',
    'ada@1.example.com',
    'ada@123.com',
    'ada@a.b.c.d.e.example.com',
    'ada@example.museum',
    'ada@example.cancerresearch',
    'ada@example.xn--vermgensberatung-pwb',
    'ada@EXAMPLE.COM',
    'ada@xn--exmple-cua.de',
    'ada@exämple.de',
    'ada@straße.de',
    'ada@例え.テスト',
    'ada@موقع.وزارة-الاتصالات.مصر',
    'адам@пример.рф',
    'jörg@example.com',
    '用户@例子.广告',
    '😀@example.com',
    `${'a'.repeat(64)}@example.com`,
    `${'ä'.repeat(32)}@example.com`,
    `ada@${label63}.com`,
    maxLengthAddress,
  ])('%s', (email) => expect(parse(email).data?.customer.email).toBe(email));

  it.each([' ada@example.com', 'ada@example.com ', '\t ada@example.com\t', '\u00a0ada@example.com\u3000'])(
    'without blanks at its ends: %j',
    (email) => expect(parse(email).data?.customer.email).toBe('ada@example.com'),
  );
});

describe('anything else is refused', () => {
  it.each([
    ...['', ' ', 'ada', '@', 'ada@', '@example.com', 'ada example.com', 'ada@@example.com', 'ada@home@example.com'],
    ...['.ada@example.com', 'ada.@example.com', 'ada..l@example.com', 'a b@example.com', 'ada @example.com'],
    ...[
      'ada@ example.com',
      '"ada@example.com',
      'ada"@example.com',
      '"a"b@example.com',
      '"a"."b"@example.com',
      'a\\b@example.com',
    ],
    ...['a,b@example.com', 'a;b@example.com', 'a:b@example.com', '<ada@example.com>', 'Ada <ada@example.com>'],
    ...['ada@example.com, bob@example.com', 'ada@example.com;bob@example.com', 'mailto:ada@example.com'],
    // comments and folding white space belong to a header's text and not to the address
    ...['ada(comment)@example.com', 'ada@(comment)example.com', 'ada@example.com(comment)'],
    // hosts that are no public domain name
    ...[
      'ada@localhost',
      'ada@example',
      'ada@com.',
      'ada@.com',
      'ada@example..com',
      'ada@-example.com',
      'ada@example-.com',
    ],
    ...['ada@exa_mple.com', 'ada@example.123', 'ada@127.0.0.1', 'ada@0x7f.1', 'ada@[127.0.0.1]'],
    ...['ada@[IPv6:::1]', 'ada@example.com:25', 'ada@example.com/path', 'ada@exam%70le.com', 'ada@xn--zzzzzz--.de'],
    // what a header could be made of
    ...['ada@example.com\r\nBcc: eve@example.com', 'ada@example.com\n', '\rada@example.com', 'ada\n@example.com'],
    ...[
      '"a\r\nb"@example.com',
      '"a\nb"@example.com',
      'ada\u0000@example.com',
      '"a\u0000b"@example.com',
      'ada@exam\u0000ple.com',
    ],
    ...[
      'ada\u007f@example.com',
      'ada\u0085@example.com',
      'ada\u2028@example.com',
      '"a\tb"@example.com',
      'ada\ud800@example.com',
    ],
    // blanks and signs that cannot be seen
    ...['a\u00a0da@example.com', 'a\u200bda@example.com', 'ada\u202e@example.com', 'ada@exam\u200bple.com\u200b'],
    `${'a'.repeat(65)}@example.com`,
    `${'ä'.repeat(33)}@example.com`,
    `ada@${'d'.repeat(64)}.com`,
    `ada@${'ä'.repeat(60)}.com`,
    `a${maxLengthAddress.replace('@', `@d.`)}`,
    maxLengthAddress.replace('@', '@d'),
    'a@'.repeat(100_000),
    `a${' '.repeat(200_000)}b@example.com`,
    `${'"'.repeat(100_000)}@example.com`,
    `${'a.'.repeat(100_000)}@example.com`,
    ...[null, 7, ['ada@example.com'], { address: 'ada@example.com' }],
  ])('%j', (email) => expect(parse(email).success).toBe(false));
});
