import { createHash } from 'node:crypto';

type Form = (key: string, host: string) => string;

/** Addresses that RFC 5321, 5322 and 6531 allow and that checks often refuse. */
const FORMS: readonly Form[] = [
  (key, host) => `${key}@${host}`,
  (key, host) => `first&${key}@${host}`,
  (key, host) => `o'${key}+tag@${host}`,
  (key, host) => `"${key} at home"@${host}`,
  (key, host) => `${key}@exämple.${host}`,
  (key, host) => `jörg.${key}@${host}`,
  (key, host) => `${key}@例え.${host}`,
  (key, host) => `{${key}}@${host.toUpperCase()}`,
];

/** Stands for a key in an address, where not every key may stand. */
export const tagOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 16);

/** The customer's address of an order. Each key has one of its own, so that the table shows which orders were placed with the key. */
export const emailOf = (key: string, tenantId: string): string => {
  const tag = tagOf(key);
  const form = FORMS[Number.parseInt(tag.slice(0, 8), 16) % FORMS.length] as Form;
  return form(tag, `${tenantId}.example`);
};
