import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailboxOf } from '#notifications/domain/mailbox';

describe('the mailbox of an address', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  ada@example.com\t', 'ada@example.com'],
    ['Ada@Example.COM', 'ada@example.com'],
    ['ada@example.com.', 'ada@example.com'],
    ['ada+shop@example.com', 'ada@example.com'],
    ['ada+a+b@example.com', 'ada@example.com'],
    ['+ada@example.com', '+ada@example.com'],
    ['"ada"@example.com', 'ada@example.com'],
    ['"a\\da+1"@example.com', 'ada@example.com'],
    ['"a@b"@example.com', 'a@b@example.com'],
    ['ada@exämple.de', 'ada@xn--exmple-cua.de'],
    ['ada@XN--EXMPLE-CUA.de', 'ada@xn--exmple-cua.de'],
    ['ada@EXÄMPLE。de', 'ada@xn--exmple-cua.de'],
    ['ａｄａ@example.com', 'ada@example.com'],
    ['ÄDA@example.com', 'äda@example.com'],
    ['a.d.a+1@gmail.com', 'ada@gmail.com'],
    ['Ada@googlemail.com', 'ada@gmail.com'],
    ['a.d.a@example.com', 'a.d.a@example.com'],
    ['ada@[192.0.2.1]', 'ada@[192.0.2.1]'],
    ['ada@not a host', 'ada@not a host'],
    ['ada@a/b', 'ada@a/b'],
    ['constructor@example.com', 'constructor@example.com'],
    ['ada', 'ada'],
  ])('%j is %j', (address, mailbox) => expect(mailboxOf(address)).toBe(mailbox));

  // Fails if any of these spellings is not folded.
  it('is the same for every spelling of one address', () =>
    fc.assert(
      fc.property(
        fc.record({
          local: fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/),
          domain: fc.stringMatching(/^[a-z][a-z0-9]{0,10}\.example$/),
          tag: fc.stringMatching(/^[A-Za-z0-9+._-]{0,10}$/),
          isUpper: fc.boolean(),
        }),
        ({ local, domain, tag, isUpper }) => {
          const spelt = `${local}+${tag}@${domain}`;
          expect(mailboxOf(isUpper ? spelt.toUpperCase() : ` ${spelt}`)).toBe(`${local}@${domain}`);
        },
      ),
    ));

  it('differs for different mailboxes', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,8}$/), { minLength: 2, maxLength: 2 }), ([a, b]) => {
        expect(mailboxOf(`${a}@example.com`)).not.toBe(mailboxOf(`${b}@example.com`));
        expect(mailboxOf(`ada@${a}x.example`)).not.toBe(mailboxOf(`ada@${b}x.example`));
      }),
    ));
});
