import type { Delivery, Notice, Receipt } from '#notifications/domain/delivery';
import type { Mail } from '#notifications/domain/mail';

export type Deliveries = {
  /** Reads strongly. */
  find(notice: Notice): Promise<Delivery | undefined>;
  /** Stores `to`, on condition that `from` is unchanged, or that there is none; false where that is not so. */
  update(from: Delivery | undefined, to: Delivery): Promise<boolean>;
};

/** Resolves once the mail is accepted, with what is stored about it, or with `unmailable` for an address that it can never reach. */
export type Mailer = (mail: Mail) => Promise<Receipt | 'unmailable'>;
