/** The domains of Gmail, which ignores dots in the part before the at sign. */
const GMAIL = ['gmail.com', 'googlemail.com'];

/** The part before the at sign, without the quotes and backslashes that RFC 5321 allows around any character. */
const unquote = (local: string): string => {
  const [, quoted] = /^"(.*)"$/s.exec(local) ?? [];
  return quoted === undefined ? local : quoted.replaceAll(/\\(.)/gs, '$1');
};

/** A host in the one form that every spelling of it has: lower case, ASCII, without the root's dot. */
const canonicalHost = (domain: string): string => {
  const lower = domain.normalize('NFKC').toLowerCase().replace(/\.$/, '');
  const url = `http://${lower}`;
  const isHost = !/[\s/?#:@\\%[\]]/.test(lower) && URL.canParse(url);
  return isHost ? new URL(url).hostname : lower;
};

/**
 * The mailbox that an address most likely reaches, so that a limit on a mailbox cannot be evaded by spelling: case, blanks, quotes, a tag
 * after `+`, international forms of a domain, and Gmail's dots do not count. It is only for counting: mail goes to the address as it
 * is, because a few servers do tell such spellings apart. There, two people share one limit.
 */
export const mailboxOf = (address: string): string => {
  const trimmed = address.trim();
  const at = trimmed.lastIndexOf('@');
  if (at < 0) return trimmed;
  const domain = canonicalHost(trimmed.slice(at + 1));
  const local = unquote(trimmed.slice(0, at)).normalize('NFKC').toLowerCase();
  const plus = local.indexOf('+');
  const untagged = plus > 0 ? local.slice(0, plus) : local;
  if (!GMAIL.includes(domain)) return `${untagged}@${domain}`;
  return `${untagged.replaceAll('.', '')}@gmail.com`;
};
