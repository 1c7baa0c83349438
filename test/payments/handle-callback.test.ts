import { describe, expect, it, vi } from 'vitest';
import type { OrderForPayment } from '#orders/contract';
import type { Attempt, Payment } from '#payments/domain/payment';
import type { Stray } from '#payments/domain/stray';
import type { Callback } from '#payments/routes';
import { handleCallback } from '#payments/use-cases/handle-callback';
import type { Payments } from '#payments/use-cases/ports';
import { inMemoryPayments } from './fixtures/in-memory-payments.ts';
import { aPayment, aState, key, NOW, orderId, reportContradiction, tenantId, total } from './fixtures/payment.ts';
import { scriptedProvider } from './fixtures/scripted-provider.ts';

const captured = { status: 'captured', captured: 55_00 } as const;
const callbackOf = (status: Callback['status'], change: Partial<Callback> = {}): Callback => ({
  ...{ key, status, ...total },
  ...change,
});
const refused = (error: string) => ({ ok: false, error });
const handled = (value: string) => ({ ok: true, value });

type Setting = { readonly payment?: Payment; readonly order?: OrderForPayment; readonly payments?: Payments };
const createHandler = ({ payment, order, ...other }: Setting, provider: ReturnType<typeof scriptedProvider>) => {
  const { written, payments } = inMemoryPayments(payment);
  const strays: Stray[] = [];
  const orders = vi.fn(async () => order);
  const handle = handleCallback({
    ...{ payments, orders, provider, ...other },
    strays: {
      async quarantine(stray) {
        strays.push(stray);
      },
    },
    now: () => NOW,
    reportContradiction,
  });
  return { handle, written, strays, orders, provider };
};

describe('a callback that may tell something new', () => {
  it('is a reason to look, and what the provider says of the key is recorded, once', async () => {
    const { handle, written, provider } = createHandler(
      { payment: aPayment() },
      scriptedProvider({ status: [aState('captured')] }),
    );
    expect(await handle(callbackOf('captured'))).toEqual(handled('recorded'));
    expect(await handle(callbackOf('captured'))).toEqual(handled('nothing_new'));
    expect(written).toEqual([aPayment(), aPayment({ version: 2 }, captured)]);
    expect(provider.status.mock.calls).toEqual([[key]]);
  });

  it.each<[Callback['status'], Partial<Attempt>, ReturnType<typeof aState>]>([
    ['declined', {}, aState('pending')],
    ['declined', captured, aState('captured')],
    ['captured', {}, aState('absent')],
    ['refunded', captured, aState('captured')],
    ['disputed', captured, aState('captured')],
  ])('changes nothing where the provider says otherwise: %s', async (status, attempt, state) => {
    const { handle, written } = createHandler(
      { payment: aPayment({}, attempt) },
      scriptedProvider({ status: [state] }),
    );
    expect(await handle(callbackOf(status))).toEqual(handled('nothing_new'));
    expect(written).toHaveLength(1);
  });

  it.each<[Callback, ReturnType<typeof aState>, Partial<Attempt>]>([
    [callbackOf('declined'), aState('declined'), { status: 'declined' }],
    [
      callbackOf('refunded', { amount: 20_00 }),
      aState('captured', { refunded: 20_00 }),
      { ...captured, refunded: 20_00 },
    ],
    [callbackOf('disputed', { amount: 1 }), aState('captured', { disputed: 1 }), captured],
  ])('records what the provider says: %j', async (callback, state, attempt) => {
    const { handle, written } = createHandler({ payment: aPayment() }, scriptedProvider({ status: [state] }));
    expect(await handle(callback)).toEqual(handled('recorded'));
    expect(written.at(-1)?.attempts).toMatchObject([attempt]);
    const { status: kind, amount } = callback;
    expect(written.at(-1)?.reports).toEqual(kind === 'declined' ? undefined : [{ at: NOW, n: 1, kind, amount }]);
  });

  it('is not acknowledged while the state is unknown', async () => {
    const payment = aPayment();
    const unknown = createHandler({ payment }, scriptedProvider());
    expect(await unknown.handle(callbackOf('captured'))).toEqual(refused('unknown'));
  });

  it.each<[string, Partial<Attempt>, ReturnType<typeof aState>]>([
    ['another currency', {}, aState('captured', { currency: 'USD' })],
    ['less than was recorded', captured, aState('declined')],
    ['more than the total', {}, aState('captured', { captured: 60_00 })],
  ])('is acknowledged and quarantined where the provider says %s', async (_, attempt, state) => {
    const payment = aPayment({}, attempt);
    const { handle, strays } = createHandler({ payment }, scriptedProvider({ status: [state] }));
    const callback = callbackOf(attempt.status === undefined ? 'captured' : 'declined');
    expect(await handle(callback)).toEqual(handled('quarantined'));
    const { currency, captured: gross, refunded } = state;
    expect(strays).toEqual([{ tenantId, key, currency, captured: gross, refunded, at: NOW }]);
  });

  it('is repeated until the order shows what contradicts it', async () => {
    const provider = scriptedProvider({ status: [aState('captured', { currency: 'USD' })] });
    const { payments } = inMemoryPayments(aPayment());
    const losingRace = { ...payments, update: async () => false };
    expect(await createHandler({ payments: losingRace }, provider).handle(callbackOf('captured'))).toEqual(
      refused('contended'),
    );
  });

  it('is not acknowledged after several lost races, or once the payment is lost', async () => {
    const provider = scriptedProvider({ status: [aState('captured')] });
    const { payments } = inMemoryPayments(aPayment());
    const losingRace = { ...payments, update: vi.fn(async () => false) };
    expect(await createHandler({ payments: losingRace }, provider).handle(callbackOf('captured'))).toEqual(
      refused('contended'),
    );
    expect(losingRace.update).toHaveBeenCalledTimes(5);
    const find = vi.fn<Payments['find']>(async () => aPayment()).mockResolvedValueOnce(aPayment());
    find.mockResolvedValueOnce(aPayment()).mockResolvedValue(undefined);
    const lost = { ...losingRace, find };
    expect(await createHandler({ payments: lost }, provider).handle(callbackOf('captured'))).toEqual(
      refused('contended'),
    );
  });
});

it.each<[Callback['status'], Partial<Attempt>]>([
  ['captured', captured],
  ['captured', { status: 'settled', captured: 55_00, refunded: 55_00 }],
  ['declined', { status: 'declined' }],
  ['declined', { status: 'settled' }],
  ['declined', { status: 'closed' }],
  ['refunded', { ...captured, refunded: 55_00 }],
])('%s of %j tells nothing new and costs no call', async (status, attempt) => {
  const { handle, written, provider } = createHandler({ payment: aPayment({}, attempt) }, scriptedProvider());
  expect(await handle(callbackOf(status))).toEqual(handled('nothing_new'));
  expect(written).toHaveLength(1);
  expect(provider.status).not.toHaveBeenCalled();
});

it('costs no call for a dispute that is recorded', async () => {
  const reports = [{ at: NOW, n: 1, kind: 'disputed', amount: 55_00 }] as const;
  const { handle } = createHandler({ payment: aPayment({ reports }, captured) }, scriptedProvider());
  expect(await handle(callbackOf('disputed'))).toEqual(handled('nothing_new'));
});

describe('an amount or a currency that does not fit', () => {
  it.each([
    callbackOf('captured', { amount: 54_99 }),
    callbackOf('captured', { currency: 'USD' }),
    callbackOf('declined', { amount: 55_01 }),
    callbackOf('declined', { currency: 'USD' }),
    callbackOf('refunded', { amount: 55_01 }),
    callbackOf('refunded', { currency: 'USD' }),
    callbackOf('disputed', { amount: 55_01 }),
  ])('is refused after a look, and changes nothing where the provider keeps what it should: %j', async (callback) => {
    const { handle, written, provider } = createHandler(
      { payment: aPayment({}, captured) },
      scriptedProvider({ status: [aState('captured')] }),
    );
    expect(await handle(callback)).toEqual(refused('wrong_amount'));
    expect(written).toHaveLength(1);
    expect(provider.status.mock.calls).toEqual([[key]]);
  });

  it('is a reason to look all the same: what the provider says is recorded, and what no order wants goes back', async () => {
    const wrong = callbackOf('captured', { amount: 54_99 });
    const provider = () => scriptedProvider({ status: [aState('captured')], refund: 'refunded' });
    const wanted = createHandler({ payment: aPayment() }, provider());
    expect(await wanted.handle(wrong)).toEqual(refused('wrong_amount'));
    expect(wanted.written.at(-1)).toEqual(aPayment({ version: 2 }, captured));
    const unwanted = createHandler({ payment: aPayment({ status: 'settled' }, { status: 'settled' }) }, provider());
    expect(await unwanted.handle(wrong)).toEqual(refused('wrong_amount'));
    expect(unwanted.written.at(-1)?.attempts).toMatchObject([{ captured: 55_00, refunded: 55_00 }]);
  });

  it('is quarantined and on the order, once, where the provider keeps what the callback says', async () => {
    const { handle, written, strays } = createHandler(
      { payment: aPayment({}, captured) },
      scriptedProvider({ status: [aState('captured', { currency: 'USD', captured: 55_01 })] }),
    );
    for (const _ of ['once', 'again'])
      expect(await handle(callbackOf('captured', { currency: 'USD', amount: 55_01 }))).toEqual(handled('quarantined'));
    expect(strays[0]).toMatchObject({ currency: 'USD', captured: 55_01 });
    const because = 'it keeps money in another currency';
    expect(written.at(-1)).toMatchObject({
      version: 2,
      reports: [{ at: NOW, n: 1, kind: 'contradicted', amount: 55_01, currency: 'USD', because }],
      attempts: [captured],
    });
  });

  it('is at most what was captured, where less than the total was', async () => {
    const part = aPayment({}, { ...captured, captured: 30_00 });
    const { handle } = createHandler(
      { payment: part },
      scriptedProvider({ status: [aState('captured', { captured: 30_00 })] }),
    );
    expect(await handle(callbackOf('refunded', { amount: 30_01 }))).toEqual(refused('wrong_amount'));
    const early = createHandler({ payment: aPayment() }, scriptedProvider());
    expect(await early.handle(callbackOf('refunded'))).toEqual(refused('unknown'));
  });
});

describe('captured money that no order wants', () => {
  it.each<[string, Payment]>([
    ['a closed attempt', aPayment({}, { status: 'closed', run: 1 })],
    ['a settled payment', aPayment({ status: 'settled' }, { status: 'settled' })],
    ['an attempt before the last one', aPayment({}, { status: 'declined' }, captured)],
  ])('goes back, once: of %s', async (_, payment) => {
    const { handle, written, provider } = createHandler(
      { payment },
      scriptedProvider({ status: [aState('captured')], refund: 'refunded' }),
    );
    expect(await handle(callbackOf('captured'))).toEqual(handled('recorded'));
    expect(await handle(callbackOf('captured'))).toEqual(handled('nothing_new'));
    expect(provider.refund.mock.calls).toEqual([[key, `${key}.refund`, total]]);
    expect(written.at(-1)).toMatchObject({ status: payment.status });
    expect(written.at(-1)?.attempts[0]).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
  });

  it.each([
    ['unknown', refused('unknown')],
    ['refused', handled('recorded')],
  ] as const)(
    'is recorded before it goes back, and the callback is repeated only if nobody knows: the refund is %s',
    async (refund, result) => {
      const setting = { payment: aPayment({ status: 'settled' }, { status: 'settled' }) };
      const failing = createHandler(setting, scriptedProvider({ status: [aState('captured')], refund }));
      expect(await failing.handle(callbackOf('captured'))).toEqual(result);
      const owed = failing.written.at(-1) as Payment;
      expect(owed.attempts).toMatchObject([{ status: 'settled', captured: 55_00, refunded: 0 }]);
      const again = createHandler(
        { payment: owed },
        scriptedProvider({ status: [aState('captured')], refund: 'refunded' }),
      );
      expect(await again.handle(callbackOf('captured'))).toEqual(handled('recorded'));
      expect(again.written.at(-1)?.attempts).toMatchObject([{ captured: 55_00, refunded: 55_00 }]);
    },
  );

  it('is not acknowledged if the record of its return loses a race', async () => {
    const owed = aPayment({}, { status: 'settled', captured: 55_00 });
    const { payments } = inMemoryPayments(owed);
    const provider = scriptedProvider({ status: [aState('captured')], refund: 'refunded' });
    const { handle } = createHandler({ payments: { ...payments, update: async () => false } }, provider);
    expect(await handle(callbackOf('captured'))).toEqual(refused('contended'));
  });

  it('is left to a settlement that has started', async () => {
    const { handle, written, provider } = createHandler(
      { payment: aPayment({ status: 'settling' }) },
      scriptedProvider({ status: [aState('captured')] }),
    );
    expect(await handle(callbackOf('captured'))).toEqual(handled('recorded'));
    expect(written.at(-1)).toEqual(aPayment({ status: 'settling', version: 2 }, captured));
    expect(provider.refund).not.toHaveBeenCalled();
  });
});

describe('a charge without a payment', () => {
  const capturing = () => scriptedProvider({ status: [aState('captured')], refund: 'refunded' });
  const placed = { status: 'placed', total, isPaidOffline: false } as const;
  const lost = { run: undefined };

  it.each(['placed', 'confirmed', 'cancelling', 'needs_attention'] as const)(
    'is adopted if its order is %s',
    async (status) => {
      const { handle, written, provider, orders } = createHandler({ order: { ...placed, status } }, capturing());
      expect(await handle(callbackOf('captured'))).toEqual(handled('recorded'));
      expect(orders).toHaveBeenCalledWith(tenantId, orderId);
      expect(written).toEqual([aPayment({}, lost), aPayment({ version: 2 }, { ...captured, ...lost })]);
      expect(provider.refund).not.toHaveBeenCalled();
    },
  );

  it.each<[string, OrderForPayment, Payment['status']]>([
    ['cancelled', { ...placed, status: 'cancelled' }, 'settled'],
    ['waiting for another payment', { ...placed, status: 'awaiting_payment' }, 'open'],
    ['paid another way', { ...placed, status: 'confirmed', isPaidOffline: true }, 'open'],
  ])('is adopted and returned if its order is %s', async (_, order, status) => {
    const { handle, written } = createHandler({ order }, capturing());
    expect(await handle(callbackOf('captured'))).toEqual(handled('recorded'));
    expect(written.at(-1)).toMatchObject({
      status,
      attempts: [{ status: 'settled', captured: 55_00, refunded: 55_00 }],
    });
  });

  it('of a later attempt is adopted after the attempts that must be over', async () => {
    const provider = scriptedProvider({ status: [aState('captured'), aState('absent')] });
    const { handle, written } = createHandler({ order: placed }, provider);
    expect(await handle(callbackOf('captured', { key: `${key}.2` }))).toEqual(handled('recorded'));
    expect(written.at(-1)).toEqual(aPayment({ version: 2 }, { status: 'settled', ...lost }, { ...captured, ...lost }));
  });

  it('of a later attempt is adopted with what is kept of the attempts before it, which is returned', async () => {
    const { handle, written, provider } = createHandler({ order: placed }, capturing());
    expect(await handle(callbackOf('captured', { key: `${key}.2` }))).toEqual(handled('recorded'));
    expect(provider.status.mock.calls.map(([looked]) => looked)).toEqual([`${key}.2`, key, key]);
    expect(written.at(-1)).toMatchObject({
      status: 'open',
      attempts: [
        { status: 'settled', captured: 55_00, refunded: 55_00 },
        { status: 'captured', captured: 55_00, refunded: 0 },
      ],
    });
  });

  it('of a later attempt is refused while the state of one before it is unknown, so that the callback is repeated', async () => {
    const provider = scriptedProvider({ status: [aState('captured'), 'unknown'] });
    const { handle, written } = createHandler({ order: placed }, provider);
    expect(await handle(callbackOf('captured', { key: `${key}.2` }))).toEqual(refused('unknown'));
    expect(written).toEqual([]);
  });

  it('of a later attempt is adopted without one before it that contradicts itself, which is quarantined', async () => {
    const impossible = { ...aState('captured'), captured: -1 };
    const { handle, strays, written } = createHandler(
      { order: placed },
      scriptedProvider({ status: [aState('captured'), impossible] }),
    );
    expect(await handle(callbackOf('captured', { key: `${key}.2` }))).toEqual(handled('recorded'));
    expect(strays).toMatchObject([{ key, captured: -1 }]);
    expect(written.at(-1)).toEqual(aPayment({ version: 2 }, { status: 'settled', ...lost }, { ...captured, ...lost }));
  });

  it('is adopted into the tombstone of an order that was unwound since, and returned', async () => {
    const tombstone = aPayment({ status: 'settled', attempts: [] });
    const { handle, written } = createHandler(
      { payment: tombstone, order: { ...placed, status: 'cancelled' } },
      capturing(),
    );
    expect(await handle(callbackOf('captured'))).toEqual(handled('recorded'));
    expect(written.at(-1)).toEqual(
      aPayment({ status: 'settled', version: 4 }, { status: 'settled', captured: 55_00, refunded: 55_00, ...lost }),
    );
    const { payments } = inMemoryPayments(tombstone);
    const losingRace = { ...payments, update: async () => false };
    expect(
      await createHandler({ payments: losingRace, order: placed }, capturing()).handle(callbackOf('captured')),
    ).toEqual(refused('contended'));
  });

  it('is adopted although the amount of the callback is not that of its order, which is refused', async () => {
    const { handle, written } = createHandler({ order: placed }, capturing());
    expect(await handle(callbackOf('captured', { amount: 1 }))).toEqual(refused('wrong_amount'));
    expect(written.at(-1)).toEqual(aPayment({ version: 2 }, { ...captured, ...lost }));
  });

  it.each<[string, Setting, string]>([
    ['that has no order', {}, key],
    ['of a free order', { order: { ...placed, total: { ...total, amount: 0 } } }, key],
    ['of an attempt that its order never opened', { payment: aPayment({}, captured), order: placed }, `${key}.2`],
    ['of an attempt after none', { payment: aPayment({ status: 'settled', attempts: [] }), order: placed }, `${key}.2`],
    ['of an attempt that no order has', { order: placed }, `${key}.6`],
  ])('is quarantined: %s', async (_, setting, stray) => {
    const { handle, strays, written } = createHandler(setting, capturing());
    expect(await handle(callbackOf('captured', { key: stray }))).toEqual(handled('quarantined'));
    expect(strays).toEqual([{ tenantId, key: stray, currency: 'EUR', captured: 55_00, refunded: 0, at: NOW }]);
    expect(written).toEqual(setting.payment ? [setting.payment] : []);
  });

  it('is quarantined in another currency than that of its order', async () => {
    const provider = scriptedProvider({ status: [aState('captured', { currency: 'USD' })] });
    const { handle, strays } = createHandler({ order: placed }, provider);
    expect(await handle(callbackOf('captured'))).toEqual(handled('quarantined'));
    expect(strays).toMatchObject([{ currency: 'USD' }]);
  });

  it.each([
    [aState('absent'), refused('charge_not_found')],
    ['unknown', refused('unknown')],
    [aState('declined'), handled('nothing_new')],
  ] as const)('whose state is %j has no effect', async (state, result) => {
    const { handle, strays, written } = createHandler({ order: placed }, scriptedProvider({ status: [state] }));
    expect(await handle(callbackOf('captured'))).toEqual(result);
    expect([strays, written]).toEqual([[], []]);
  });
});
