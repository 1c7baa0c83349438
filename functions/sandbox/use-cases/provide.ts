import { err, ok, type Result } from '#platform/kernel';
import type { Behaviour } from '#sandbox/contract';
import {
  allowRefunds,
  type Charge,
  type ChargeRequest,
  capturePending,
  createCharge,
  refund,
  voidedCharge,
} from '#sandbox/domain/charge';
import type { Charges, CountCall } from '#sandbox/use-cases/ports';

type ChargeOutcome = { readonly charge: Charge; readonly isNew: boolean };

/**
 * Charges as the token says, once: every later charge with the key returns the result of the first one, or of a void before it.
 * Undefined where the sandbox fails.
 */
export const chargeOnce =
  (charges: Charges, countCall: CountCall) =>
  async (
    request: ChargeRequest,
    { makes, failsFirst = 0, refusesRefunds }: Behaviour,
  ): Promise<ChargeOutcome | undefined> => {
    if (makes === 'nothing') return undefined;
    if (failsFirst > 0 && (await countCall(request.key)) <= failsFirst) return undefined;
    const charge = createCharge(request, makes, refusesRefunds && { refusesRefunds });
    const stored = await charges.putIfAbsent(charge);
    if (stored !== charge) return { charge: await captureIfPending(charges, stored), isNew: false };
    return makes === 'pending' ? undefined : { charge, isNew: true };
  };

/** `captured` where it is too late. */
export const voidCharge = (charges: Charges) => async (key: string) =>
  captureIfPending(charges, await charges.putIfAbsent(voidedCharge(key)));

export const findCharge =
  (charges: Charges) =>
  async (key: string): Promise<Result<Charge, 'charge_not_found'>> => {
    const charge = await charges.find(key);
    return charge ? ok(await captureIfPending(charges, charge)) : err('charge_not_found');
  };

type RefundResult = Result<Charge, 'charge_not_found' | 'refund_refused' | 'not_refundable' | 'conflict'>;

export const refundCharge =
  (charges: Charges) =>
  async (key: string, refundKey: string, amount: number): Promise<RefundResult> => {
    const found = await findCharge(charges)(key);
    if (!found.ok) return found;
    const refunded = refund(found.value, refundKey, amount);
    return refunded.ok ? saveChange(charges, found.value, refunded.value) : refunded;
  };

export const allowRefund =
  (charges: Charges) =>
  async (key: string): Promise<Result<Charge, 'charge_not_found' | 'conflict'>> => {
    const found = await findCharge(charges)(key);
    return found.ok ? saveChange(charges, found.value, allowRefunds(found.value)) : found;
  };

const saveChange = async (charges: Charges, from: Charge, to: Charge): Promise<Result<Charge, 'conflict'>> =>
  to === from || (await charges.update(from, to)) ? ok(to) : err('conflict');

/** A pending charge is captured by the first call for its key. */
const captureIfPending = async (charges: Charges, charge: Charge): Promise<Charge> => {
  const captured = capturePending(charge);
  if (captured === charge || (await charges.update(charge, captured))) return captured;
  return (await charges.find(charge.key)) ?? captured;
};
