import type { Delivery, Notice, PostponedBecause, Receipt } from '#notifications/domain/delivery';
import type { Mail } from '#notifications/domain/mail';
import type { Instant } from '#platform/kernel';

export type Deliveries = {
  /** Reads strongly. */
  find(notice: Notice): Promise<Delivery | undefined>;
  /** Stores `to`, on condition that `from` is unchanged, or that there is none; false where that is not so. */
  update(from: Delivery | undefined, to: Delivery): Promise<boolean>;
};

/**
 * Resolves once the mail is accepted, with what is stored about it; with `unmailable` for an address that it can never reach; or with the
 * reason why it can be sent only later.
 */
export type Mailer = (mail: Mail) => Promise<Receipt | 'unmailable' | PostponedBecause>;

export type Allowances = {
  /**
   * Whether the tenant may send this mail to its customer's mailbox on this day. The mails of a day that got true are at most as many as
   * the stage allows, however many ask at once, and the same mail gets the same answer again once it got true.
   */
  take(mail: { readonly notice: Notice; readonly mailbox: string; readonly at: Instant }): Promise<boolean>;
};
