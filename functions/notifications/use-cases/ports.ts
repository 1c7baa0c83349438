import type { BlockedBecause, Delivery, Notice, PostponedBecause, Receipt } from '#notifications/domain/delivery';
import type { Mail } from '#notifications/domain/mail';
import type { Instant, TenantId } from '#platform/kernel';

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
export type Mailer = (mail: Mail, notice: Notice) => Promise<Receipt | 'unmailable' | PostponedBecause>;

export type Allowances = {
  /**
   * Whether the tenant may send this mail to its customer's mailbox on this day. The mails of a day that got true are at most as many as
   * the stage allows, however many ask at once, and the same mail gets the same answer again once it got true.
   */
  take(mail: { readonly notice: Notice; readonly mailbox: string; readonly at: Instant }): Promise<boolean>;
};

/** An address as one tenant mails it. Those of other tenants are others. */
export type TenantAddress = { readonly tenantId: TenantId; readonly email: string };

export type BlockedAddresses = {
  /** Why the tenant's mails to this address are withheld; undefined if they are not. Reads strongly. */
  find(address: TenantAddress): Promise<BlockedBecause | undefined>;
  /** Withholds the tenant's further mails to this address. A complaint outweighs a bounce; a repeat changes nothing. */
  block(address: TenantAddress, because: BlockedBecause): Promise<void>;
};
