import { err, ok, type Result } from '#platform/kernel';
import { type Behaviour, CHARGE_KEY_FORM } from '#sandbox/contract';
import {
  allowRefunds,
  type Charge,
  type ChargeRequest,
  type ChargeState,
  captureByHand,
  capturePending,
  createCharge,
  refund,
  refundRecord,
  stateOf,
  voidedCharge,
  voidUncaptured,
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
    { makes, failsFirst = 0, refusesRefunds, capturesLater }: Behaviour,
  ): Promise<Result<ChargeOutcome | undefined, 'key_in_use'>> => {
    if (makes === 'nothing') return ok(undefined);
    if (failsFirst > 0 && (await countCall(request.key)) <= failsFirst) return ok(undefined);
    const charge = createCharge(request, makes, { refusesRefunds, capturesLater });
    const stored = await charges.putIfAbsent(charge);
    if (stored.status === 'refund') return err('key_in_use');
    if (stored !== charge) return ok({ charge: await captureIfPending(charges, stored), isNew: false });
    return ok(makes === 'pending' ? undefined : { charge, isNew: true });
  };

/** `captured` where it is too late. */
export const voidCharge =
  (charges: Charges) =>
  async (key: string): Promise<Result<Charge, 'key_in_use' | 'conflict'>> => {
    const stored = await charges.putIfAbsent(voidedCharge(key));
    if (stored.status === 'refund') return err('key_in_use');
    const charge = await captureIfPending(charges, stored);
    return saveChange(charges, charge, voidUncaptured(charge));
  };

export const findCharge =
  (charges: Charges) =>
  async (key: string): Promise<Result<Charge, 'charge_not_found'>> => {
    const charge = await charges.find(key);
    return charge && charge.status !== 'refund' ? ok(await captureIfPending(charges, charge)) : err('charge_not_found');
  };

/** The state of a key. Reading it changes nothing: what is pending stays pending. */
export const readState =
  (charges: Charges) =>
  async (key: string): Promise<ChargeState> =>
    stateOf(await charges.find(key));

type RefundRequest = { readonly refundKey: string; readonly amount: number; readonly currency: string };
type RefundResult = Result<
  Charge,
  'charge_not_found' | 'refund_refused' | 'not_refundable' | 'key_in_use' | 'conflict'
>;

/** Charges and refunds share one space of keys: a refund takes its key, if a charge could have it. */
export const refundCharge =
  (charges: Charges) =>
  async (key: string, { refundKey, amount, currency }: RefundRequest): Promise<RefundResult> => {
    const found = await findCharge(charges)(key);
    if (!found.ok) return found;
    if (CHARGE_KEY_FORM.test(refundKey)) {
      const record = await charges.putIfAbsent(refundRecord({ key: refundKey, amount, currency }));
      if (record.status !== 'refund') return err('key_in_use');
    }
    const refunded = refund(found.value, refundKey, amount);
    return refunded.ok ? saveChange(charges, found.value, refunded.value) : refunded;
  };

/** Changes an existing charge, by `decide`. */
export const changeCharge =
  (charges: Charges) =>
  async <E>(
    key: string,
    decide: (charge: Charge) => Result<Charge, E>,
  ): Promise<Result<Charge, E | 'charge_not_found' | 'conflict'>> => {
    const found = await findCharge(charges)(key);
    if (!found.ok) return found;
    const decision = decide(found.value);
    return decision.ok ? saveChange(charges, found.value, decision.value) : decision;
  };

export const allowRefund = (charges: Charges) => (key: string) =>
  changeCharge(charges)(key, (charge) => ok(allowRefunds(charge)));

/** Captures without a charge of the merchant, also with a key that was declined, voided or never used. */
export const captureKeyByHand =
  (charges: Charges) =>
  async (request: ChargeRequest): Promise<Result<Charge, 'key_in_use' | 'conflict'>> => {
    const charge = createCharge(request, 'captured');
    const stored = await charges.putIfAbsent(charge);
    if (stored.status === 'refund') return err('key_in_use');
    return saveChange(charges, stored, captureByHand(stored, request));
  };

const saveChange = async (charges: Charges, from: Charge, to: Charge): Promise<Result<Charge, 'conflict'>> =>
  to === from || (await charges.update(from, to)) ? ok(to) : err('conflict');

/** A pending charge is captured by the first call for its key. */
const captureIfPending = async (charges: Charges, charge: Charge): Promise<Charge> => {
  const captured = capturePending(charge);
  if (captured === charge || (await charges.update(charge, captured))) return captured;
  return (await charges.find(charge.key)) ?? captured;
};
