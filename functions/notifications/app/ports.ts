import type { Delivery, Notice, Receipt } from '#notifications/domain/delivery';
import type { Mail } from '#notifications/domain/mail';

export type Deliveries = {
  /** Reads strongly. */
  find(notice: Notice): Promise<Delivery | undefined>;
  /** Writes on condition that `from` still stands, or that nothing does; false where that is not so. */
  save(from: Delivery | undefined, to: Delivery): Promise<boolean>;
};

/** Resolves once the mail is taken, with what is to be kept of it. */
export type Mailer = (mail: Mail) => Promise<Receipt>;
