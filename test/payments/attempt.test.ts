import { describe, expect, it } from 'vitest';
import {
  attemptTombstone,
  classifyCapture,
  closedAttempt,
  markSettled,
  providerKey,
  refundKey,
  reopen,
  startSettling,
  withOutcome,
  withReturnedCapture,
} from '#payments/domain/attempt';
import { anAttempt, key, orderId, tenantId, total } from './fixtures/attempt.ts';

it('has the same key at the provider for every run, and one key for its refund', () => {
  expect(providerKey({ tenantId, orderId })).toBe(key);
  expect(refundKey({ tenantId, orderId })).toBe(`${key}.refund`);
});

it('starts as an intent, as a tombstone, or closed', () => {
  expect(anAttempt()).toEqual({ tenantId, orderId, total, status: 'intended', captured: 0, refunded: 0, version: 1 });
  expect(attemptTombstone({ tenantId, orderId, total })).toEqual({ ...anAttempt(), status: 'settled' });
  expect(closedAttempt({ tenantId, orderId, total, run: 3 })).toEqual({ ...anAttempt(), status: 'closed', run: 3 });
});

it('is reopened, or closed again, only by a later run than the one that closed it', () => {
  const closed = closedAttempt({ tenantId, orderId, total, run: 2 });
  expect(reopen(closed, { run: 2, permitted: true })).toBe(closed);
  expect(reopen(closed, { run: 3, permitted: true })).toEqual(anAttempt({ version: 2 }));
  expect(reopen(closed, { run: 3, permitted: false })).toEqual({ ...closed, run: 3, version: 2 });
  const { run: _, ...old } = closed;
  expect(reopen(old, { run: 1, permitted: true })).toEqual(anAttempt({ version: 2 }));
  const captured = anAttempt({ status: 'captured' });
  expect(reopen(captured, { run: 9, permitted: true })).toBe(captured);
});

it('records the outcome of the charge', () => {
  expect(withOutcome(anAttempt(), 'captured')).toEqual(anAttempt({ status: 'captured', captured: 55_00, version: 2 }));
  expect(withOutcome(anAttempt(), 'declined')).toEqual(anAttempt({ status: 'declined', version: 2 }));
});

describe('settling', () => {
  it.each(['intended', 'captured'] as const)('an attempt that is %s requires a call of the provider', (status) => {
    expect(startSettling(anAttempt({ status }))).toEqual(anAttempt({ status: 'settling', version: 2 }));
  });

  it.each(['declined', 'closed'] as const)('an attempt that is %s is settled at once', (status) => {
    expect(startSettling(anAttempt({ status }))).toEqual(anAttempt({ status: 'settled', version: 2 }));
  });

  it.each(['settling', 'settled'] as const)('an attempt that is %s changes nothing', (status) => {
    const attempt = anAttempt({ status });
    expect(startSettling(attempt)).toBe(attempt);
  });

  it('leaves no captured money', () => {
    const settling = anAttempt({ status: 'settling', version: 2 });
    expect(markSettled(settling, 'voided')).toMatchObject({ status: 'settled', captured: 0, refunded: 0, version: 3 });
    expect(markSettled(settling, 'refunded')).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
  });
});

describe('a capture that the provider reports', () => {
  it.each([
    ['intended', 0, 'new'],
    ['captured', 0, 'duplicate'],
    ['settling', 0, 'settling'],
    ['settled', 0, 'unwanted'],
    ['closed', 0, 'unwanted'],
    ['declined', 0, 'unwanted'],
    ['settled', 55_00, 'duplicate'],
    ['closed', 55_00, 'duplicate'],
  ] as const)('of an attempt that is %s with %d refunded is %s', (status, refunded, expected) => {
    expect(classifyCapture(anAttempt({ status, refunded }))).toBe(expected);
  });

  it('changes only the money of the attempt once it was refunded', () => {
    const declined = anAttempt({ status: 'declined', version: 2 });
    expect(withReturnedCapture(declined)).toEqual({ ...declined, captured: 55_00, refunded: 55_00, version: 3 });
  });
});
