import { expect, it } from 'vitest';
import { untilDeadline } from '#payments/use-cases/provider-time';
import { addMs } from '#platform/kernel';
import { aState, key, NOW, total } from './fixtures/payment.ts';
import { scriptedProvider } from './fixtures/scripted-provider.ts';

const captured = aState('captured');

it.each([
  [5_000, { charge: captured, void: 'captured', refund: 'refunded', status: captured }],
  [4_999, { charge: 'unknown', void: 'unknown', refund: 'unknown', status: 'unknown' }],
])('makes a call only if it can end in time: %d ms before the deadline', async (leftMs, expected) => {
  const provider = untilDeadline(
    scriptedProvider({ charge: captured, void: 'captured', refund: 'refunded', status: [captured] }),
    addMs(NOW, leftMs),
    () => NOW,
  );
  expect({
    charge: await provider.charge(key, total, 'tok_ok'),
    void: await provider.void(key),
    refund: await provider.refund(key, `${key}.refund`, total),
    status: await provider.status(key),
  }).toEqual(expected);
});
