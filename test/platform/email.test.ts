import { describe, expect, it } from 'vitest';
import { toAsciiAddress } from '#platform/email';
import { maskEmails } from '#platform/mask-emails';

describe('the address for a mail service without SMTPUTF8', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['Ada@Example.COM', 'Ada@example.com'],
    ['"a b@c"@example.com', '"a b@c"@example.com'],
    ['ada@exämple.de', 'ada@xn--exmple-cua.de'],
    ['ada@straße.de', 'ada@xn--strae-oqa.de'],
    ['ada@例え.テスト', 'ada@xn--r8jz45g.xn--zckzah'],
    ['jörg@example.com', undefined],
    [`${'a'.repeat(64)}@${'ü.'.repeat(24)}de`, undefined],
    ['адам@пример.рф', undefined],
  ])('%s is %s', (address, ascii) => expect(toAsciiAddress(address)).toBe(ascii));
});

describe('a text without e-mail addresses', () => {
  it.each([
    ['Email address is not verified: ada@example.com', 'Email address is not verified: [e-mail]'],
    ['<ada@example.com>, bob@exämple.de; x', '<[e-mail]>, [e-mail]; x'],
    ['{"to":"first&last@example.com","n":1}', '{"to":"[e-mail]","n":1}'],
    ['{"email":"\\"a b\\"@example.com"}', '{[e-mail]"}'],
    ['to="a\\"b"@example.com', 'to=[e-mail]'],
    ["at o'brien+x@mail.example.co.uk:", 'at [e-mail]:'],
    ['GET /mails/ada%40example.com/1', 'GET [e-mail]/1'],
    ['用户@例子.广告', '[e-mail]'],
    ['jörg@xn--exmple-cua.de', '[e-mail]'],
  ])('%s', (text, masked) => expect(maskEmails(text)).toBe(masked));

  it.each([
    'at send (/app/node_modules/@aws-sdk/client-sesv2/dist/index.js:12:3)',
    'at node_modules/.pnpm/@smithy+core@3.41.0/node_modules/@smithy/core/x.js',
    'vitest@5.1.1 and node@24.21.0',
    'breakwater-dev-orders-write, tenant t1, order o1.2',
    'a @ b, @example.com, user@host',
  ])('is unchanged: %s', (text) => expect(maskEmails(text)).toBe(text));

  it('is found in linear time: quadratic time would pass the limit of a test many times over', () => {
    for (const part of ['a', '@', '"', 'a@', 'a@b.', '"@', '%40', '.']) maskEmails(`${part.repeat(100_000)}@`);
  });
});
