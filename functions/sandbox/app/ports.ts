import type { Charge } from '#sandbox/domain/charge';

export type Charges = {
  find(key: string): Promise<Charge | undefined>;
  /** Puts the charge unless one stands under its key; answers with the one that stands. */
  putOrMeet(charge: Charge): Promise<Charge>;
  /** False where `from` no longer stands. */
  move(from: Charge, to: Charge): Promise<boolean>;
};
