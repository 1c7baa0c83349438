import type { Charges, CountCall } from '#sandbox/app/ports';
import type { Behaviour } from '#sandbox/contract';
import { allowRefunds, type Charge, charge, committed, refund, voided } from '#sandbox/domain/charge';
import { err, ok, type Result } from '#shared/kernel';

type Asked = { readonly key: string; readonly amount: number; readonly currency: string };
type Charged = { readonly charge: Charge; readonly made: boolean };

/**
 * Does as the token says, once: every later charge with the key answers what the first one, or a void before it, made of it.
 * Undefined where the sandbox fails.
 */
export const chargeOnce =
  (charges: Charges, countCall: CountCall) =>
  async (asked: Asked, { makes, failsFirst = 0, refusesRefunds }: Behaviour): Promise<Charged | undefined> => {
    if (makes === 'nothing') return undefined;
    if (failsFirst > 0 && (await countCall(asked.key)) <= failsFirst) return undefined;
    const first = charge(asked, makes, refusesRefunds && { refusesRefunds });
    const standing = await charges.putOrMeet(first);
    if (standing !== first) return { charge: await commit(charges, standing), made: false };
    return makes === 'pending' ? undefined : { charge: first, made: true };
  };

/** `captured` where it is too late. */
export const voidCharge = (charges: Charges) => async (key: string) =>
  commit(charges, await charges.putOrMeet(voided(key)));

export const findCharge =
  (charges: Charges) =>
  async (key: string): Promise<Result<Charge, 'charge_not_found'>> => {
    const standing = await charges.find(key);
    return standing ? ok(await commit(charges, standing)) : err('charge_not_found');
  };

type Refunded = Result<Charge, 'charge_not_found' | 'refund_refused' | 'not_refundable' | 'conflict'>;

export const refundCharge =
  (charges: Charges) =>
  async (key: string, refundKey: string, amount: number): Promise<Refunded> => {
    const found = await findCharge(charges)(key);
    if (!found.ok) return found;
    const refunded = refund(found.value, refundKey, amount);
    return refunded.ok ? change(charges, found.value, refunded.value) : refunded;
  };

export const allowRefund =
  (charges: Charges) =>
  async (key: string): Promise<Result<Charge, 'charge_not_found' | 'conflict'>> => {
    const found = await findCharge(charges)(key);
    return found.ok ? change(charges, found.value, allowRefunds(found.value)) : found;
  };

const change = async (charges: Charges, from: Charge, to: Charge): Promise<Result<Charge, 'conflict'>> =>
  to === from || (await charges.move(from, to)) ? ok(to) : err('conflict');

/** What is pending is captured by whoever asks first. */
const commit = async (charges: Charges, standing: Charge): Promise<Charge> => {
  const done = committed(standing);
  if (done === standing || (await charges.move(standing, done))) return done;
  return (await charges.find(standing.key)) ?? done;
};
