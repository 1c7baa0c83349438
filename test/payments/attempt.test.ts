import { describe, expect, it } from 'vitest';
import { charged, providerKey, settle, tombstone, undone } from '#payments/domain/attempt';
import { anAttempt, key, orderId, tenantId, total } from './fixtures/attempt.ts';

it('has one key at the provider, whatever the run', () => expect(providerKey({ tenantId, orderId })).toBe(key));

it('starts as an intent, or as the tombstone that no charge passes', () => {
  expect(anAttempt()).toEqual({ tenantId, orderId, total, status: 'intended', captured: 0, refunded: 0, version: 1 });
  expect(tombstone({ tenantId, orderId, total })).toEqual({ ...anAttempt(), status: 'settled' });
});

it('keeps what the provider said of the charge', () => {
  expect(charged(anAttempt(), 'captured')).toEqual(anAttempt({ status: 'captured', captured: 55_00, version: 2 }));
  expect(charged(anAttempt(), 'declined')).toEqual(anAttempt({ status: 'declined', version: 2 }));
});

describe('settling', () => {
  it.each(['intended', 'captured'] as const)('%s: the provider is to be asked', (status) => {
    expect(settle(anAttempt({ status }))).toEqual(anAttempt({ status: 'settling', version: 2 }));
  });

  it('declined: there is nothing to settle', () => {
    expect(settle(anAttempt({ status: 'declined' }))).toEqual(anAttempt({ status: 'settled', version: 2 }));
  });

  it.each(['settling', 'settled'] as const)('%s: it is under way or done', (status) => {
    const attempt = anAttempt({ status });
    expect(settle(attempt)).toBe(attempt);
  });

  it('ends without money', () => {
    const settling = anAttempt({ status: 'settling', version: 2 });
    expect(undone(settling, 'voided')).toMatchObject({ status: 'settled', captured: 0, refunded: 0, version: 3 });
    expect(undone(settling, 'refunded')).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
  });
});
