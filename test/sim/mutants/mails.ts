import type { Mutant } from './mutant.ts';

const DELIVERY = 'functions/notifications/domain/delivery.ts';
const ALLOWANCE = 'functions/notifications/table/allowance-table.ts';

export const mails: readonly Mutant[] = [
  {
    name: 'mails-unbounded',
    bug: 'the mails of a mailbox are counted, and all are sent',
    file: ALLOWANCE,
    from: 'size(#mails) < :max',
    to: '(attribute_exists(#mails) AND :max = :max)',
  },
  {
    name: 'mails-of-all-tenants',
    bug: 'the mails of all tenants to a mailbox are counted together',
    file: ALLOWANCE,
    from: 'allowanceKey({ tenantId, day, digest: digest(`mailbox ${tenantId} ${mailbox}`, MAILBOX_BYTES) })',
    to: "allowanceKey({ tenantId: 'all' as typeof tenantId, day, digest: digest(`mailbox ${mailbox}`, MAILBOX_BYTES) })",
  },
  {
    name: 'mail-counted-again',
    bug: 'a mail that is delivered again counts as another one',
    file: ALLOWANCE,
    from: 'digest(`mail ${tenantId} ${orderId} ${kind}`, MAIL_BYTES)',
    to: 'digest(`mail ${tenantId} ${orderId} ${kind} ${at}`, MAIL_BYTES)',
  },
  {
    name: 'mailbox-as-written',
    bug: 'another spelling of an address counts as another mailbox',
    file: 'functions/notifications/use-cases/notify-customer.ts',
    from: 'mailbox: mailboxOf(order.email)',
    to: 'mailbox: order.email',
  },
  {
    name: 'withheld-unrecorded',
    bug: 'a mail that is withheld leaves no record',
    file: 'functions/notifications/use-cases/notify-customer.ts',
    from: 'await deliveries.update(delivery.value, markWithheld(delivery.value, now(), because));',
    to: 'markWithheld(delivery.value, now(), because);',
  },
  {
    name: 'blocked-address-mailed',
    bug: 'an address that bounced or complained gets further mail',
    file: 'functions/notifications/use-cases/notify-customer.ts',
    from: 'if (blocked) return withhold(blocked);',
    to: '',
  },
  {
    name: 'every-bounce-blocks',
    bug: 'a bounce that may pass blocks its address',
    file: DELIVERY,
    from: "feedback.outcome === 'bounced' && feedback.bounce === 'transient' ? undefined : feedback.outcome",
    to: 'feedback.outcome',
  },
  {
    name: 'bounce-replaces-complaint',
    bug: 'the last report about a mail counts, whatever came before',
    file: DELIVERY,
    from: 'weightOf(feedback) <= weightOf({',
    to: 'weightOf(feedback) === weightOf({',
  },
  {
    name: 'bounce-unrecorded',
    bug: 'a bounce blocks its address and does not show on its delivery',
    file: 'functions/notifications/use-cases/record-feedback.ts',
    from: 'await deliveries.update(delivery, markFeedback(delivery, feedback))',
    to: 'markFeedback(delivery, feedback) !== delivery',
  },
];
