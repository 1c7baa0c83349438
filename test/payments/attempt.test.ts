import { describe, expect, it } from 'vitest';
import {
  attemptTombstone,
  classifyCapture,
  closedAttempt,
  markSettled,
  providerKey,
  refundKey,
  startSettling,
  withOutcome,
  withReturnedCapture,
} from '#payments/domain/attempt';
import { anAttempt, key, orderId, tenantId, total } from './fixtures/attempt.ts';

it('has one key at the provider, whatever the run, and one for its refund', () => {
  expect(providerKey({ tenantId, orderId })).toBe(key);
  expect(refundKey({ tenantId, orderId })).toBe(`${key}.refund`);
});

it('starts as an intent, or as the tombstone that no charge passes', () => {
  expect(anAttempt()).toEqual({ tenantId, orderId, total, status: 'intended', captured: 0, refunded: 0, version: 1 });
  expect(attemptTombstone({ tenantId, orderId, total })).toEqual({ ...anAttempt(), status: 'settled' });
  expect(closedAttempt({ tenantId, orderId, total })).toEqual({ ...anAttempt(), status: 'closed' });
});

it('keeps what the provider said of the charge', () => {
  expect(withOutcome(anAttempt(), 'captured')).toEqual(anAttempt({ status: 'captured', captured: 55_00, version: 2 }));
  expect(withOutcome(anAttempt(), 'declined')).toEqual(anAttempt({ status: 'declined', version: 2 }));
});

describe('settling', () => {
  it.each(['intended', 'captured'] as const)('%s: the provider is to be asked', (status) => {
    expect(startSettling(anAttempt({ status }))).toEqual(anAttempt({ status: 'settling', version: 2 }));
  });

  it.each(['declined', 'closed'] as const)('%s: there is nothing to settle', (status) => {
    expect(startSettling(anAttempt({ status }))).toEqual(anAttempt({ status: 'settled', version: 2 }));
  });

  it.each(['settling', 'settled'] as const)('%s: it is under way or done', (status) => {
    const attempt = anAttempt({ status });
    expect(startSettling(attempt)).toBe(attempt);
  });

  it('ends without money', () => {
    const settling = anAttempt({ status: 'settling', version: 2 });
    expect(markSettled(settling, 'voided')).toMatchObject({ status: 'settled', captured: 0, refunded: 0, version: 3 });
    expect(markSettled(settling, 'refunded')).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
  });
});

describe('a capture that the provider tells of', () => {
  it.each([
    ['intended', 0, 'news'],
    ['captured', 0, 'known'],
    ['settling', 0, 'early'],
    ['settled', 0, 'vain'],
    ['closed', 0, 'vain'],
    ['declined', 0, 'vain'],
    ['settled', 55_00, 'known'],
    ['closed', 55_00, 'known'],
  ] as const)('of an attempt that is %s, with %d refunded: %s', (status, refunded, meaning) => {
    expect(classifyCapture(anAttempt({ status, refunded }))).toBe(meaning);
  });

  it('leaves the attempt as it is once it went back, but for the money', () => {
    const declined = anAttempt({ status: 'declined', version: 2 });
    expect(withReturnedCapture(declined)).toEqual({ ...declined, captured: 55_00, refunded: 55_00, version: 3 });
  });
});
