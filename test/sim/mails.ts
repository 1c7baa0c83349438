import type { Item } from './refusals.ts';

type Mailbox = { readonly started: Set<string>; readonly sentByDay: Map<string, number> };

/** The mailbox of an address that a plan uses, computed independently of the notifications' own code. */
const mailboxOf = (email: string) => email.toLowerCase().replace(/\+[^@]*/, '');

/**
 * Observes orders and deliveries: a tenant sends at most `maxMails` to one mailbox on a day, and withholds a mail only where it had
 * more than that to send, or where the address is blocked.
 */
export const watchMails = (maxMails: number, report: (message: string) => void) => {
  const emails = new Map<string, string>();
  const mailboxes = new Map<string, Mailbox>();
  const find = (name: string): Mailbox => {
    const mailbox = mailboxes.get(name) ?? { started: new Set(), sentByDay: new Map() };
    mailboxes.set(name, mailbox);
    return mailbox;
  };
  return {
    /** Drops the mails until now. */
    forget: () => mailboxes.clear(),
    onOrder: (tenant: string, orderId: string, email: string) => emails.set(`${tenant}/${orderId}`, email),
    emailOf: (tenant: string, orderId: string) => emails.get(`${tenant}/${orderId}`),
    onDelivery(tenant: string, old: Item | undefined, next: Item | undefined) {
      const email = emails.get(`${tenant}/${next?.['orderId']}`);
      if (!next || email === undefined || old?.['status'] === next['status']) return;
      const name = `${tenant}/${mailboxOf(email)}`;
      const { started, sentByDay } = find(name);
      started.add(next.pk);
      const isBlocked = next['because'] === 'bounced' || next['because'] === 'complained';
      const isUnmailable = next['because'] === 'unmailable' && /\P{ASCII}.*@/u.test(email);
      if (next['status'] === 'withheld' && !isUnmailable && !isBlocked && started.size <= maxMails)
        report(`${next.pk} was withheld, and ${name} had only ${started.size} mails`);
      if (next['status'] !== 'sent') return;
      const day = String(next['sentAt']).slice(0, 10);
      const sent = (sentByDay.get(day) ?? 0) + 1;
      sentByDay.set(day, sent);
      if (sent > maxMails) report(`${name} got ${sent} mails on ${day}`);
    },
  };
};
