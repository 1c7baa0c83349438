import type { FindOrderForPayment, OrderForPayment } from '#orders/contract';
import { type AttemptIds, attemptIdsOf, isNews, isPlausible, isPossibleAttempt } from '#payments/domain/callback';
import { type ChargeState, checkState, describeOddNet, keptAmount } from '#payments/domain/charge-state';
import { adoptedPayment, adoptIntoTombstone, type Payment, providerKey, withState } from '#payments/domain/payment';
import type { Callback } from '#payments/routes';
import type { Strays } from '#payments/use-cases/ports';
import { recordContradiction, recordState } from '#payments/use-cases/record-state';
import { type ReturnPorts, type ReturnRefusal, returnOwed } from '#payments/use-cases/return-money';
import { err, ok, type Result } from '#platform/kernel';

type Ports = ReturnPorts & { readonly orders: FindOrderForPayment; readonly strays: Strays };
type Refusal = ReturnRefusal | 'charge_not_found' | 'wrong_amount';
/** What became of the callback. */
export type Handled = 'nothing_new' | 'recorded' | 'quarantined';
type CallbackResult = Result<Handled, Refusal>;

/**
 * Handles a provider's callback, of any status, in any order and any number of times. It is only a reason to look: what the provider
 * says of the key is merged into the payment, and captured money that no order wants goes back. The result is a refusal until that is
 * done, so that the provider repeats the callback (ADR 81). What contradicts itself is quarantined: repeating it changes nothing.
 */
export const handleCallback =
  (ports: Ports) =>
  async (callback: Callback): Promise<CallbackResult> => {
    const ids = attemptIdsOf(callback.key);
    const payment = await ports.payments.find(ids.tenantId, ids.orderId);
    const attempt = payment?.attempts[ids.n - 1];
    if (!payment || !attempt) return handleUnknownCharge(ports, { callback, ids, payment });
    const isFitting = isPlausible(callback, payment.total, attempt.captured);
    if (isFitting && !isNews(callback, payment, attempt)) return ok('nothing_new');
    const answer = await ports.provider.status(attempt.key);
    if (answer === 'unknown') return err('unknown');
    const checked = checkState(payment.total, answer, attempt);
    if (!checked.ok)
      return quarantine(ports, { ids, payment, key: attempt.key, state: answer, because: checked.error });
    return refuseUnlessFitting(isFitting, await recordAndReturn(ports, { ids, payment, state: checked.value }));
  };

/** A callback that says another amount or currency is refused once what the provider keeps is recorded, unless a person gets to know of that. */
const refuseUnlessFitting = (isFitting: boolean, result: CallbackResult): CallbackResult =>
  isFitting || !result.ok || result.value === 'quarantined' ? result : err('wrong_amount');

type Recording = {
  readonly ids: AttemptIds;
  readonly payment: Payment;
  readonly state: ChargeState;
};

/** More than the total is recorded, and quarantined too: nothing else tells a person of it once the order is confirmed. */
const recordAndReturn = async (ports: Ports, { ids, payment, state }: Recording): Promise<CallbackResult> => {
  const recorded = await recordState(ports)(payment, ids, state);
  if (!recorded.ok) return recorded;
  const returned = await returnOwed(ports)(recorded.value);
  // what is owed is recorded and tried each minute, with an alarm: no repeated callback changes the provider's mind
  if (!returned.ok) return returned.error === 'refused' ? ok('recorded') : returned;
  const attempt = returned.value.attempts[ids.n - 1];
  const isTooMuch = attempt !== undefined && keptAmount(attempt) > payment.total.amount;
  if (isTooMuch)
    return quarantine(ports, {
      ...{ ids, payment: returned.value, key: attempt.key, state },
      because: describeOddNet(payment.total, attempt),
    });
  return ok(returned.value === payment ? 'nothing_new' : 'recorded');
};

type Quarantined = {
  readonly ids: AttemptIds;
  /** With an attempt for the key, if there is one: its order shows what contradicts it. */
  readonly payment?: Payment;
  readonly key: string;
  readonly state: ChargeState;
  /** Undefined where nothing is wrong but that no order accounts for it. */
  readonly because?: string | undefined;
};

const quarantine = async (
  ports: Ports,
  { ids, payment, key, state, because }: Quarantined,
): Promise<CallbackResult> => {
  const { currency, captured, refunded } = state;
  if (because !== undefined) ports.reportContradiction({ charge: key, because, state });
  await ports.strays.quarantine({ tenantId: ids.tenantId, key, currency, captured, refunded, at: ports.now() });
  if (!payment || because === undefined) return ok('quarantined');
  const recorded = await recordContradiction(ports)(payment, ids, { state, because });
  return recorded.ok ? ok('quarantined') : recorded;
};

type UnknownCharge = {
  readonly callback: Callback;
  readonly ids: AttemptIds;
  readonly payment: Payment | undefined;
};

/**
 * A charge that no attempt accounts for. Where its order exists and has no payment or only a tombstone, a restore lost the payment: it
 * is adopted. Any other money is a stray, which a person looks at.
 */
const handleUnknownCharge = async (
  ports: Ports,
  { callback, ids, payment }: UnknownCharge,
): Promise<CallbackResult> => {
  const answer = await ports.provider.status(callback.key);
  if (answer === 'unknown') return err('unknown');
  if (answer.status === 'absent') return err('charge_not_found');
  if (answer.captured === 0) return ok('nothing_new');
  const isAdoptable = payment ? payment.attempts.length === 0 && ids.n === 1 : isPossibleAttempt(ids);
  const order = isAdoptable ? await ports.orders(ids.tenantId, ids.orderId) : undefined;
  const checked = order && order.total.amount > 0 ? checkState(order.total, answer) : undefined;
  if (!order || !checked?.ok) {
    const because = checked?.ok === false ? checked.error : undefined;
    return quarantine(ports, { ids, key: callback.key, state: answer, because });
  }
  const earlier = await lookAtEarlier(ports, { ids, order });
  if (!earlier.ok) return earlier;
  const adopted = await adopt(ports, { ids, payment, order, earlier: earlier.value });
  if (!adopted) return err('contended');
  const recorded = await recordAndReturn(ports, { ids, payment: adopted, state: checked.value });
  return refuseUnlessFitting(isPlausible(callback, order.total), recorded);
};

type Lost = Pick<UnknownCharge, 'ids'> & { readonly order: OrderForPayment };
type Seen = { readonly n: number; readonly state: ChargeState };

/**
 * What the provider says of the attempts before the lost one, whose own callbacks may have come before the order was placed again. What
 * contradicts itself is quarantined.
 */
const lookAtEarlier = async (ports: Ports, { ids, order }: Lost): Promise<Result<readonly Seen[], 'unknown'>> => {
  const seen: Seen[] = [];
  for (let n = 1; n < ids.n; n += 1) {
    const key = providerKey(ids, n);
    const state = await ports.provider.status(key);
    if (state === 'unknown') return err(state);
    const checked = checkState(order.total, state);
    if (checked.ok) seen.push({ n, state: checked.value });
    else await quarantine(ports, { ids: { ...ids, n }, key, state, because: checked.error });
  }
  return ok(seen);
};

type Adoption = Lost & Pick<UnknownCharge, 'payment'> & { readonly earlier: readonly Seen[] };

/** The payment with an attempt for the charge; undefined where another write came first. */
const adopt = async (
  { payments, now }: Ports,
  { ids, payment, order, earlier }: Adoption,
): Promise<Payment | undefined> => {
  if (payment) {
    const adopted = adoptIntoTombstone(payment);
    return (await payments.update(payment, adopted)) ? adopted : undefined;
  }
  const adopted = adoptedPayment(
    { ...ids, total: order.total },
    { n: ids.n, isWanted: mayBePaidByProvider(order), isOver: order.status === 'cancelled' },
  );
  return payments.putIfAbsent(
    earlier.reduce((current, { n, state }) => withState(current, { n }, { state, at: now() }), adopted),
  );
};

/** A cancelled order wants no money, and one that is or may be paid another way wants none of the provider. */
const mayBePaidByProvider = ({ status, isPaidOffline }: OrderForPayment) =>
  status !== 'cancelled' && status !== 'awaiting_payment' && !isPaidOffline;
