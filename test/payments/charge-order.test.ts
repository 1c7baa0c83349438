import { describe, expect, it, vi } from 'vitest';
import type { Attempt, Payment } from '#payments/domain/payment';
import { chargeOrder } from '#payments/use-cases/charge-order';
import type { CircuitBreaker } from '#payments/use-cases/circuit-breaker';
import type { Payments } from '#payments/use-cases/ports';
import { at, createBreaker } from './fixtures/in-memory-breakers.ts';
import { inMemoryPayments } from './fixtures/in-memory-payments.ts';
import { aPayment, aState, key, NOW, order, reportContradiction, step, total } from './fixtures/payment.ts';
import { scriptedProvider } from './fixtures/scripted-provider.ts';

const findOrder = async () => order;
const refused = (error: string) => ({ ok: false, error });
type Provider = ReturnType<typeof scriptedProvider>;
type Setting = { readonly breaker?: CircuitBreaker; readonly run?: number };
const charge = (payments: Payments, provider: Provider, { breaker = createBreaker().breaker, run = 1 }: Setting = {}) =>
  chargeOrder({ orders: findOrder, payments, provider, breaker, now: () => NOW, reportContradiction })({
    ...step,
    run,
  });
const open = { status: 'open', generation: 1, failures: [], until: at(1), version: 3 } as const;
const readyForProbe = { ...open, until: at(0) };
const captured = { status: 'captured', captured: 55_00 } as const;
const capturing = () => scriptedProvider({ charge: aState('captured'), status: [aState('absent')] });
const anyCall = ({ charge, void: voidCharge, refund, status }: Provider): readonly (readonly unknown[])[] => [
  ...charge.mock.calls,
  ...voidCharge.mock.calls,
  ...refund.mock.calls,
  ...status.mock.calls,
];

it('stores its intent, sends the total under the key of the order, and stores the outcome', async () => {
  const { written, payments } = inMemoryPayments();
  const provider = capturing();
  provider.charge.mockImplementation(async () => {
    expect(written).toEqual([aPayment()]);
    return aState('captured');
  });
  expect(await charge(payments, provider)).toEqual({ ok: true, value: written.at(-1) });
  expect(anyCall(provider)).toEqual([[key, total, 'tok_ok']]);
  expect(written.at(-1)).toEqual(aPayment({ version: 2 }, captured));
});

it('sends and stores nothing once the order has moved on', async () => {
  const { written, payments } = inMemoryPayments();
  const provider = capturing();
  const { breaker } = createBreaker();
  const charge = chargeOrder({
    orders: async () => undefined,
    payments,
    provider,
    breaker,
    now: () => NOW,
    reportContradiction,
  });
  expect(await charge(step)).toEqual(refused('superseded'));
  expect(written).toEqual([]);
  expect(anyCall(provider)).toEqual([]);
});

it('needs neither an attempt nor the breaker nor the provider for a free order', async () => {
  const { written, payments } = inMemoryPayments();
  const provider = capturing();
  const { breaker } = createBreaker(open);
  const orders = async () => ({ ...order, total: { ...total, amount: 0 } });
  expect(await chargeOrder({ orders, payments, provider, breaker, now: () => NOW, reportContradiction })(step)).toEqual(
    {
      ok: true,
      value: undefined,
    },
  );
  expect(written).toEqual([]);
  expect(anyCall(provider)).toEqual([]);
});

it.each<[string, Payment, unknown]>([
  ['declined', aPayment({}, { status: 'declined' }), refused('declined')],
  ['being settled', aPayment({ status: 'settling' }), refused('superseded')],
  ['settled', aPayment({ status: 'settled', attempts: [] }), refused('superseded')],
  ['closed by this run', aPayment({}, { status: 'closed', run: 1 }), refused('unavailable')],
])('returns the result of a payment that is %s without a call of the provider', async (_, payment, result) => {
  const provider = capturing();
  expect(await charge(inMemoryPayments(payment).payments, provider)).toEqual(result);
  expect(anyCall(provider)).toEqual([]);
});

describe('a capture that an earlier task has recorded', () => {
  const recorded = aPayment({}, captured);

  it.each([createBreaker().breaker, createBreaker(open).breaker])(
    'counts once the provider says that it still keeps the money, also while the breaker is open',
    async (breaker) => {
      const { written, payments } = inMemoryPayments(recorded);
      const provider = scriptedProvider({ status: [aState('captured')] });
      expect(await charge(payments, provider, { breaker })).toEqual({ ok: true, value: recorded });
      expect(written).toHaveLength(1);
      expect(anyCall(provider)).toEqual([[key]]);
    },
  );

  it('is followed by the next attempt if it was refunded by hand since, but not in a run of which another task may have found it paid', async () => {
    const { written, payments } = inMemoryPayments(recorded);
    const provider = scriptedProvider({
      status: [aState('captured', { refunded: 55_00 })],
      charge: aState('captured'),
    });
    expect(await charge(payments, provider)).toEqual(refused('unknown'));
    expect(provider.charge).not.toHaveBeenCalled();
    expect(await charge(payments, provider, { run: 2 })).toMatchObject({ ok: true });
    expect(provider.charge.mock.calls.map(([sent]) => sent)).toEqual([`${key}.2`]);
    expect(written.at(-1)?.reports).toMatchObject([{ n: 1, kind: 'refunded', amount: 55_00 }]);
  });

  it('is unknown while the provider does not answer', async () => {
    expect(await charge(inMemoryPayments(recorded).payments, scriptedProvider())).toEqual(refused('unknown'));
  });

  it('needs a person if the provider denies it', async () => {
    const { written, payments } = inMemoryPayments(recorded);
    expect(await charge(payments, scriptedProvider({ status: [aState('absent')] }))).toEqual(refused('unresolved'));
    expect(written).toHaveLength(1);
  });
});

describe('the outcome of the charge', () => {
  it('is recorded if it is a decline', async () => {
    const { written, payments } = inMemoryPayments();
    expect(await charge(payments, scriptedProvider({ charge: aState('declined') }))).toEqual(refused('declined'));
    expect(written.at(-1)).toEqual(aPayment({ version: 2 }, { status: 'declined' }));
  });

  it.each(['unknown', aState('pending'), aState('absent')] as const)('%j leaves the intent', async (answer) => {
    const { written, payments } = inMemoryPayments();
    expect(await charge(payments, scriptedProvider({ charge: answer }))).toEqual(refused('unknown'));
    expect(written).toEqual([aPayment()]);
  });

  it('is requested again with the same key while the intent is stored', async () => {
    const provider = capturing();
    expect(await charge(inMemoryPayments(aPayment()).payments, provider)).toMatchObject({ ok: true });
    expect(provider.charge.mock.calls[0]?.[0]).toBe(key);
  });

  it.each([
    ['was refunded by hand', aState('captured', { refunded: 55_00 })],
    ['was voided', aState('voided')],
  ])('leads to the next attempt, in a later run, if it %s', async (_, answer) => {
    const { written, payments } = inMemoryPayments();
    const provider = capturing();
    provider.charge.mockResolvedValueOnce(answer);
    expect(await charge(payments, provider)).toEqual(refused('unknown'));
    expect(await charge(payments, provider, { run: 2 })).toMatchObject({ ok: true });
    expect(provider.charge.mock.calls.map(([sent]) => sent)).toEqual([key, `${key}.2`]);
    const { captured: gross, refunded } = answer;
    expect(written.at(-1)?.attempts).toEqual(
      aPayment({}, { status: 'settled', captured: gross, refunded }, { ...captured, run: 2 }).attempts,
    );
  });

  it('needs a person after the last possible attempt', async () => {
    const { written, payments } = inMemoryPayments();
    const provider = scriptedProvider({ charge: aState('voided') });
    for (const run of [1, 2, 3, 4]) expect(await charge(payments, provider, { run })).toEqual(refused('unknown'));
    expect(await charge(payments, provider, { run: 5 })).toEqual(refused('unresolved'));
    expect(provider.charge).toHaveBeenCalledTimes(5);
    expect(written.at(-1)?.attempts.map(({ status }) => status)).toEqual(Array(5).fill('settled'));
  });

  it.each([
    ['is of another amount', aState('captured', { captured: 30_00 })],
    ['was refunded in part', aState('captured', { refunded: 1 })],
  ])('needs a person if it %s', async (_, answer) => {
    const { written, payments } = inMemoryPayments();
    const provider = scriptedProvider({ charge: answer, status: [answer] });
    expect(await charge(payments, provider)).toEqual(refused('unresolved'));
    expect(written.at(-1)?.attempts).toMatchObject([{ status: 'captured', captured: answer.captured }]);
  });

  it('needs a person if it is in another currency', async () => {
    const { written, payments } = inMemoryPayments();
    const provider = scriptedProvider({ charge: aState('captured', { currency: 'USD' }) });
    expect(await charge(payments, provider)).toEqual(refused('unresolved'));
    expect(written).toEqual([aPayment()]);
  });
});

describe('a part that was kept', () => {
  const part = aPayment({}, { ...captured, refunded: 5_00 });

  it('leads on once a person has refunded the rest', async () => {
    const provider = scriptedProvider({
      status: [aState('captured', { refunded: 55_00 })],
      charge: aState('captured'),
    });
    expect(await charge(inMemoryPayments(part).payments, provider, { run: 2 })).toMatchObject({ ok: true });
    expect(provider.charge.mock.calls.map(([sent]) => sent)).toEqual([`${key}.2`]);
  });

  it('is unknown if the provider does not say what became of it', async () => {
    expect(await charge(inMemoryPayments(part).payments, scriptedProvider())).toEqual(refused('unknown'));
  });
});

describe('a capture that arrives late', () => {
  /** The payment changes while the provider charges. */
  const chargeDuring = async (
    change: (payments: Payments, payment: Payment) => Promise<unknown>,
    provider: Provider,
  ) => {
    const { written, payments } = inMemoryPayments();
    provider.charge.mockImplementation(async () => {
      await change(payments, written.at(-1) as Payment);
      return aState('captured');
    });
    return { result: await charge(payments, provider), written };
  };
  const changeTo =
    (status: Attempt['status'], payment: Partial<Payment> = {}) =>
    (payments: Payments, from: Payment) =>
      payments.update(from, aPayment({ ...payment, version: 2 }, { status }));

  it('counts after a decline that the provider reported first', async () => {
    const { result, written } = await chargeDuring(changeTo('declined'), capturing());
    expect(result).toMatchObject({ ok: true });
    expect(written.at(-1)).toEqual(aPayment({ version: 3 }, captured));
  });

  it('is left to a settlement that has started', async () => {
    const { result, written } = await chargeDuring(changeTo('intended', { status: 'settling' }), capturing());
    expect(result).toEqual(refused('superseded'));
    expect(written.at(-1)).toEqual(aPayment({ version: 3, status: 'settling' }, captured));
  });

  it('goes back after a settlement that has ended', async () => {
    const provider = scriptedProvider({ status: [aState('captured')], refund: 'refunded' });
    const { result, written } = await chargeDuring(changeTo('settled', { status: 'settled' }), provider);
    expect(result).toEqual(refused('superseded'));
    expect(provider.refund.mock.calls).toEqual([[key, `${key}.refund`, total]]);
    expect(written.at(-1)?.attempts).toMatchObject([{ status: 'settled', captured: 55_00, refunded: 55_00 }]);
  });

  it.each([
    ['unknown', 'unknown'],
    ['refused', 'unresolved'],
  ] as const)('stays recorded as owed if its refund is %s', async (refund, error) => {
    const provider = scriptedProvider({ status: [aState('captured')], refund });
    const { result, written } = await chargeDuring(changeTo('settled', { status: 'settled' }), provider);
    expect(result).toEqual(refused(error));
    expect(written.at(-1)?.attempts).toMatchObject([{ status: 'settled', captured: 55_00, refunded: 0 }]);
  });

  it('is unknown if the payment is lost before it', async () => {
    const lost: Payments = {
      putIfAbsent: async (payment) => payment,
      update: async () => false,
      find: async () => undefined,
    };
    expect(await charge(lost, capturing())).toEqual(refused('unknown'));
  });
});

describe('a race for the next attempt', () => {
  const over = aPayment({}, { status: 'settled' });

  it('is decided again on what won it', async () => {
    const won = aPayment({ version: 2 }, { status: 'settled' }, { ...captured, run: 2 });
    const losingRace: Payments = {
      putIfAbsent: async () => over,
      update: async () => false,
      find: async () => won,
    };
    const provider = scriptedProvider({ status: [aState('captured')] });
    expect(await charge(losingRace, provider, { run: 2 })).toEqual({ ok: true, value: won });
    expect(provider.charge).not.toHaveBeenCalled();
  });

  it('is unknown if it is lost again and again, or if the payment is gone', async () => {
    const find = vi.fn<Payments['find']>(async () => over);
    const losingRace: Payments = { putIfAbsent: async () => over, update: async () => false, find };
    expect(await charge(losingRace, capturing(), { run: 2 })).toEqual(refused('unknown'));
    expect(find.mock.calls.length).toBeLessThan(20);
    find.mockResolvedValue(undefined);
    expect(await charge(losingRace, capturing(), { run: 2 })).toEqual(refused('unknown'));
  });
});

describe('while the breaker is open', () => {
  it('stores the attempt as closed, and only then reports that the provider is unavailable', async () => {
    const { written, payments } = inMemoryPayments();
    const provider = capturing();
    expect(await charge(payments, provider, createBreaker(open))).toEqual(refused('unavailable'));
    expect(written).toEqual([aPayment({}, { status: 'closed', run: 1 })]);
    expect(anyCall(provider)).toEqual([]);
  });

  it('never sends for the run that closed the attempt, and sends under the same key for a later one', async () => {
    const { written, payments } = inMemoryPayments();
    const provider = capturing();
    await charge(payments, provider, createBreaker(open));
    expect(await charge(payments, provider)).toEqual(refused('unavailable'));
    expect(provider.charge).not.toHaveBeenCalled();
    expect(await charge(payments, provider, { run: 2 })).toMatchObject({ ok: true });
    expect(provider.charge.mock.calls.map(([sent]) => sent)).toEqual([key]);
    provider.status.mockResolvedValue(aState('captured'));
    expect(await charge(payments, provider)).toMatchObject({ ok: true });
    expect(written.map(({ attempts }) => attempts[0]?.status)).toEqual(['closed', 'intended', 'captured']);
  });

  it('closes the attempt again for a later run, so that no repeat of that run reopens it', async () => {
    const { payments } = inMemoryPayments(aPayment({}, { status: 'closed', run: 1 }));
    const provider = capturing();
    expect(await charge(payments, provider, { ...createBreaker(open), run: 2 })).toEqual(refused('unavailable'));
    expect(await charge(payments, provider, { run: 2 })).toEqual(refused('unavailable'));
    expect(anyCall(provider)).toEqual([]);
  });

  it.each<[string, Partial<Attempt>, unknown]>([
    ['intended', {}, refused('unknown')],
    ['declined', { status: 'declined' }, refused('declined')],
  ])('returns the result of an attempt that is %s, never that nothing was sent', async (_, attempt, result) => {
    const { written, payments } = inMemoryPayments(aPayment({}, attempt));
    const provider = capturing();
    expect(await charge(payments, provider, createBreaker(open))).toMatchObject(result as object);
    expect(written).toHaveLength(1);
    expect(anyCall(provider)).toEqual([]);
  });
});

describe('a probe', () => {
  it('reads the state of the key before anything is sent, and closes the breaker', async () => {
    const recorded = createBreaker(readyForProbe);
    const provider = capturing();
    expect(await charge(inMemoryPayments().payments, provider, recorded)).toMatchObject({ ok: true });
    expect(anyCall(provider)).toEqual([[key, total, 'tok_ok'], [key]]);
    expect(recorded.written.map(({ status }) => status)).toEqual(['open', 'probing', 'closed']);
  });

  it('that fails sends nothing, closes the attempt and keeps the breaker open', async () => {
    const recorded = createBreaker(readyForProbe);
    const { written, payments } = inMemoryPayments();
    const provider = scriptedProvider({ charge: aState('captured') });
    expect(await charge(payments, provider, recorded)).toEqual(refused('unavailable'));
    expect(written).toEqual([aPayment({}, { status: 'closed', run: 1 })]);
    expect(provider.charge).not.toHaveBeenCalled();
    expect(recorded.written.map(({ status }) => status)).toEqual(['open', 'probing', 'open']);
  });
});

describe('the breaker records', () => {
  it('an unknown outcome as a failure', async () => {
    const recorded = createBreaker();
    await charge(inMemoryPayments().payments, scriptedProvider(), recorded);
    expect(recorded.written.at(-1)?.failures).toEqual([at(0)]);
  });

  it('neither a decline nor a repeat that sends nothing', async () => {
    const recorded = createBreaker();
    await charge(inMemoryPayments().payments, scriptedProvider({ charge: aState('declined') }), recorded);
    await charge(inMemoryPayments(aPayment({}, captured)).payments, scriptedProvider(), recorded);
    expect(recorded.written).toHaveLength(1);
  });
});
