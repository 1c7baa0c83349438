import type { FindOrderForRun, OrderForTask, SagaInput } from '#orders/contract';
import { type ChargeState, checkState, describeOddNet } from '#payments/domain/charge-state';
import { type ChargeEnd, type ChargeStep, nextChargeStep } from '#payments/domain/charge-step';
import { type Attempt, markSettled, openPayment, type Payment, providerKey } from '#payments/domain/payment';
import type { CircuitBreaker, Permit } from '#payments/use-cases/circuit-breaker';
import { recordState } from '#payments/use-cases/record-state';
import type { ReturnPorts } from '#payments/use-cases/return-money';
import { undoCharge } from '#payments/use-cases/undo-charge';
import { err, ok, type Result } from '#platform/kernel';

type Ports = ReturnPorts & { readonly orders: FindOrderForRun; readonly breaker: CircuitBreaker };
type Refusal = Exclude<ChargeEnd, 'paid'>;
/** Undefined: the order is free, and has no payment. */
type ChargeResult = Result<Payment | undefined, Refusal>;

/** More steps than any order needs in one run: the next run takes up what is left. */
const MAX_STEPS = 12;

/**
 * The intent is stored before anything is sent, and an outcome counts only while nobody settles. A repeat returns what is known, and looks
 * again at what was captured. While the breaker blocks calls, the attempt is stored as closed first: only then is it certain that nothing
 * was or will be sent in this run.
 */
export const chargeOrder =
  (ports: Ports) =>
  async (step: SagaInput): Promise<ChargeResult> => {
    const order = await ports.orders(step, 'placed');
    if (!order) return err('superseded');
    if (order.total.amount === 0) return ok(undefined);
    const permit = await ports.breaker.allowRequest(
      step.tenantId,
      async () => (await ports.provider.status(providerKey(step))) !== 'unknown',
    );
    const task = { run: step.run, maySend: permit !== undefined, continuesAfterDecline: false };
    const request = { ...step, total: order.total };
    let payment = await ports.payments.putIfAbsent(openPayment(request, task));
    let seen: number | undefined;
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      const next = nextChargeStep(payment, { ...task, seen });
      if (next.do === 'end') return next.result === 'paid' ? ok(payment) : err(next.result);
      const taken = await takeStep(ports, { payment, order, permit: permit ?? {} })(next);
      if (!taken.ok) return taken;
      payment = taken.value;
      if (next.do === 'send' || next.do === 'look') seen = next.attempt.n;
    }
    return err('unknown');
  };

type Context = {
  readonly payment: Payment;
  readonly order: OrderForTask;
  /** Without effect where nothing may be sent. */
  readonly permit: Permit;
};
type Taken = Result<Payment, Refusal>;

const takeStep =
  (ports: Ports, context: Context) =>
  (step: Exclude<ChargeStep, { readonly do: 'end' }>): Promise<Taken> => {
    switch (step.do) {
      case 'store':
        return store(ports, context.payment, step.payment);
      case 'send':
        return send(ports, context, step.attempt);
      case 'look':
        return look(ports, context, step.attempt);
      case 'giveBack':
        return giveBack(ports, context, step.attempt);
    }
  };

/** After a lost race, the payment as it is. */
const store = async ({ payments }: Ports, from: Payment, to: Payment): Promise<Taken> => {
  if (await payments.update(from, to)) return ok(to);
  const current = await payments.find(from.tenantId, from.orderId);
  return current ? ok(current) : err('unknown');
};

const send = async (ports: Ports, { payment, order, permit }: Context, attempt: Attempt): Promise<Taken> => {
  const answer = await ports.provider.charge(attempt.key, payment.total, order.payment.token);
  const recorded = await recordAnswer(ports, { payment, attempt, answer });
  await ports.breaker.recordResult(payment.tenantId, permit, answer !== 'unknown');
  const isOpen = recorded.ok && recorded.value.attempts[attempt.n - 1]?.status === 'intended';
  return isOpen ? err('unknown') : recorded;
};

/** A read, which the breaker does not keep from a provider that may be down: an order that is paid for is worth it. */
const look = async (ports: Ports, { payment }: Context, attempt: Attempt): Promise<Taken> =>
  recordAnswer(ports, { payment, attempt, answer: await ports.provider.status(attempt.key), recorded: attempt });

type Answered = {
  readonly payment: Payment;
  readonly attempt: Attempt;
  readonly answer: ChargeState | 'unknown';
  /** What the answer may not fall behind, because it was recorded before the provider was called. */
  readonly recorded?: Attempt;
};

const recordAnswer = async (ports: Ports, { payment, attempt, answer, recorded }: Answered): Promise<Taken> => {
  if (answer === 'unknown') return err('unknown');
  const { total } = payment;
  const checked = checkState(total, answer, recorded);
  const because = checked.ok ? describeOddNet(total, checked.value) : checked.error;
  if (because !== undefined) ports.reportContradiction({ charge: attempt.key, because, state: answer });
  if (!checked.ok) return err('unresolved');
  const stored = await recordState(ports)(payment, attempt, checked.value);
  return stored.ok ? stored : err('unknown');
};

const giveBack = async (ports: Ports, { payment }: Context, attempt: Attempt): Promise<Taken> => {
  const undone = await undoCharge(ports)(attempt, payment.total);
  if (!undone.ok) return err(undone.error === 'refused' ? 'unresolved' : 'unknown');
  return store(ports, payment, markSettled(payment, attempt, { state: undone.value, at: ports.now() }));
};
