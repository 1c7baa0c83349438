import type { Charges } from '#sandbox/app/ports';
import { type Charge, charge, refund, voided } from '#sandbox/domain/charge';
import { err, type Result } from '#shared/kernel';

type Asked = { readonly key: string; readonly amount: number; readonly currency: string };

/** Captures or declines, once: every later charge with the key answers what the first one, or a void before it, made of it. */
export const chargeOnce = (charges: Charges) => (asked: Asked, status: 'captured' | 'declined') =>
  charges.putOrMeet(charge(asked, status));

/** `captured` where it is too late. */
export const voidCharge = (charges: Charges) => (key: string) => charges.putOrMeet(voided(key));

export const refundCharge =
  (charges: Charges) =>
  async (
    key: string,
    refundKey: string,
    amount: number,
  ): Promise<Result<Charge, 'charge_not_found' | 'not_refundable' | 'conflict'>> => {
    const standing = await charges.find(key);
    if (!standing) return err('charge_not_found');
    const refunded = refund(standing, refundKey, amount);
    if (!refunded.ok || refunded.value === standing) return refunded;
    return (await charges.move(standing, refunded.value)) ? refunded : err('conflict');
  };
