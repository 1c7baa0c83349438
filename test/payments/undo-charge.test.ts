import { describe, expect, it } from 'vitest';
import type { ChargeState } from '#payments/domain/charge-state';
import { undoCharge } from '#payments/use-cases/undo-charge';
import { anAttempt, aState, key, reportContradiction, total } from './fixtures/payment.ts';
import { scriptedProvider } from './fixtures/scripted-provider.ts';

const captured = aState('captured');
const undo = (provider: ReturnType<typeof scriptedProvider>) =>
  undoCharge({ provider, reportContradiction })(anAttempt(), total);
const refused = (error: string) => ({ ok: false, error });

it.each([aState('absent'), aState('pending'), aState('declined')])('voids a key whose state is %j', async (state) => {
  const provider = scriptedProvider({ status: [state], void: 'voided' });
  expect(await undo(provider)).toEqual({ ok: true, value: { ...state, status: 'voided' } });
  expect(provider.void.mock.calls).toEqual([[key]]);
  expect(provider.refund).not.toHaveBeenCalled();
});

it('refunds what was captured less what was refunded, under a separate key', async () => {
  const provider = scriptedProvider({ status: [{ ...captured, refunded: 20_00 }], refund: 'refunded' });
  expect(await undo(provider)).toEqual({ ok: true, value: { ...captured, refunded: 55_00, returned: 35_00 } });
  expect(provider.refund.mock.calls).toEqual([[key, `${key}.refund`, { amount: 35_00, currency: 'EUR' }]]);
  expect(provider.void).not.toHaveBeenCalled();
});

it.each<[string, ChargeState, ChargeState]>([
  ['by hand', { ...captured, refunded: 55_00 }, { ...captured, refunded: 55_00 }],
  ['in another currency', { ...captured, currency: 'USD', refunded: 55_00 }, aState('voided', { currency: 'USD' })],
])('does nothing where everything was refunded %s', async (_, state, value) => {
  const provider = scriptedProvider({ status: [state] });
  expect(await undo(provider)).toEqual({ ok: true, value });
  expect(provider.refund).not.toHaveBeenCalled();
  expect(provider.void).not.toHaveBeenCalled();
});

describe('looks again', () => {
  it('if the void says that it was captured', async () => {
    const provider = scriptedProvider({ status: [aState('absent'), captured], void: 'captured', refund: 'refunded' });
    expect(await undo(provider)).toMatchObject({ ok: true, value: { refunded: 55_00 } });
  });

  it('if the refund is refused, because somebody may have refunded by hand', async () => {
    const provider = scriptedProvider({ status: [captured, { ...captured, refunded: 55_00 }], refund: 'refused' });
    expect(await undo(provider)).toMatchObject({ ok: true, value: { refunded: 55_00, returned: 0 } });
  });

  it.each([
    ['void', scriptedProvider({ status: [aState('declined')], void: 'captured' })],
    ['refund', scriptedProvider({ status: [captured], refund: 'refused' })],
  ])('three times, and then a person must: %s', async (_, provider) => {
    expect(await undo(provider)).toEqual(refused('refused'));
    expect(provider.status).toHaveBeenCalledTimes(3);
  });
});

it.each([
  ['the void is refused', 'refused', scriptedProvider({ status: [aState('absent')], void: 'refused' })],
  ['our refund was made before', 'refused', scriptedProvider({ status: [{ ...captured, refunded: 1, returned: 1 }] })],
  ['money is kept in another currency', 'refused', scriptedProvider({ status: [{ ...captured, currency: 'USD' }] })],
  ['the state is unknown', 'unknown', scriptedProvider()],
  ['the void is unknown', 'unknown', scriptedProvider({ status: [aState('absent')] })],
  ['the refund is unknown', 'unknown', scriptedProvider({ status: [captured] })],
])('does not claim success where %s', async (_, error, provider) => {
  expect(await undo(provider)).toEqual(refused(error));
});

it.each([
  ['captured less than is recorded', aState('absent')],
  ['refunded less than is recorded', aState('captured', { refunded: 1_00 })],
])('leaves to a person what contradicts the record: it says that it %s', async (_, state) => {
  const provider = scriptedProvider({ status: [state], void: 'voided', refund: 'refunded' });
  const recorded = anAttempt({ status: 'captured', captured: 55_00, refunded: 2_00 });
  expect(await undoCharge({ provider, reportContradiction })(recorded, total)).toEqual(refused('refused'));
  expect(provider.void).not.toHaveBeenCalled();
  expect(provider.refund).not.toHaveBeenCalled();
});
