import { domainToASCII } from 'node:url';

const MAX_ADDRESS_OCTETS = 254;
const MAX_LOCAL_OCTETS = 64;
const MAX_DOMAIN_OCTETS = 253;
const MAX_LABEL_OCTETS = 63;

/** Beyond ASCII (RFC 6531): what people can see, and the joiners within words. No blank, control, direction mark or lone surrogate. */
const VISIBLE = '(?![\\x00-\\x7f])[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\u200c\\u200d]';
const ATOM = `(?:[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]|${VISIBLE})+`;
const QUOTED = `"(?:[ !#-\\[\\]-~]|\\\\[ -~]|${VISIBLE})*"`;

const buildForms = () => ({
  /** The part before the @: atoms with dots between them, or one quoted string (RFC 5321, 4.1.2). */
  local: new RegExp(`^(?:${ATOM}(?:\\.${ATOM})*|${QUOTED})$`, 'u'),
  domain: /^(?:[\p{L}\p{M}\p{N}.-]|\u200c|\u200d)+$/u,
});
let builtForms: ReturnType<typeof buildForms> | undefined;

/** Built on first use: the classes of characters take 2 ms, and most functions that load this module check no address. */
const forms = () => {
  builtForms ??= buildForms();
  return builtForms;
};

const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const BLANK = /[\t\p{Zs}]/u;

const octets = (text: string) => Buffer.byteLength(text, 'utf8');

/** An address without the blanks at its ends. Line breaks stay, so that they are refused. */
export const trimBlanks = (address: string): string => {
  let [start, end] = [0, address.length];
  while (start < end && BLANK.test(address.charAt(start))) start += 1;
  while (end > start && BLANK.test(address.charAt(end - 1))) end -= 1;
  return address.slice(start, end);
};

const partsOf = (address: string) => {
  const at = address.lastIndexOf('@');
  return { local: address.slice(0, Math.max(at, 0)), domain: address.slice(at + 1) };
};

/** The domain as DNS knows it: `exämple.de` is `xn--exmple-cua.de`. Empty if it cannot be a domain name. */
const toAsciiDomain = (domain: string): string => {
  const ascii = forms().domain.test(domain) ? domainToASCII(domain) : '';
  const labels = ascii.split('.');
  const isDomain =
    ascii.length <= MAX_DOMAIN_OCTETS &&
    labels.length > 1 &&
    labels.every((label) => label.length <= MAX_LABEL_OCTETS && LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) as string);
  return isDomain ? ascii : '';
};

/**
 * What is wrong with an e-mail address, or undefined. Addresses are taken as RFC 5321, 5322 and 6531 allow them, if they end in a domain
 * name of at least two labels: an IP address or a local host is not the customer's, and no mail service sends to it. Comments and
 * folding white space belong to a header's text, not to the address (ADR 73).
 */
export const findEmailFault = (address: string): string | undefined => {
  if (octets(address) > MAX_ADDRESS_OCTETS) return `longer than ${MAX_ADDRESS_OCTETS} octets`;
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(address)) return 'has a line break or another control character';
  const { local, domain } = partsOf(address);
  if (octets(local) > MAX_LOCAL_OCTETS) return `has more than ${MAX_LOCAL_OCTETS} octets before the @`;
  if (domain.startsWith('[')) return 'ends in an IP address; use a domain name';
  if (!forms().local.test(local) || toAsciiDomain(domain) === '')
    return 'not an e-mail address, such as ada@example.com';
  return undefined;
};

/**
 * The address as a mail service without SMTPUTF8 takes it, such as SES: in ASCII, with the domain in Punycode. Undefined for an address
 * to which such a service can never send: one with other characters before the @, because Punycode exists for domains only, and one
 * that Punycode makes too long.
 */
export const toAsciiAddress = (address: string): string | undefined => {
  const { local, domain } = partsOf(address);
  const ascii = `${local}@${domainToASCII(domain)}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole range of ASCII
  return /^[\x00-\x7f]*$/.test(ascii) && ascii.length <= MAX_ADDRESS_OCTETS ? ascii : undefined;
};
