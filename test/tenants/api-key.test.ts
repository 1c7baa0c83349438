import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TenantId } from '#platform/kernel';
import { formatApiKey, parseApiKey } from '#tenants/contract';
import { apiKeyKey } from '#tenants/table/keys';

const key = fc
  .record({ tenantId: fc.stringMatching(/^[a-z0-9]{1,64}$/), secret: fc.stringMatching(/^[A-Za-z0-9_-]{16,128}$/) })
  .map(({ tenantId, secret }) => ({ tenantId: tenantId as TenantId, secret }));

it('reads of every key what it was made of', () =>
  // Red when the expression lets an id have an underscore, or a secret have none.
  fc.assert(
    fc.property(key, (made) => {
      expect(parseApiKey(formatApiKey(made))).toEqual(made);
    }),
  ));

it('takes nothing for a key that is not made as keys are', () =>
  // Red when the expression has no `^` or no `$`: then a key with more around it would pass for that key.
  fc.assert(
    fc.property(key, fc.stringMatching(/^[ .#/\n]$/), (made, odd) => {
      const text = formatApiKey(made);
      for (const other of [odd + text, text + odd, text.replace('bw_', `bw_${odd}`), text.slice(3), '']) {
        expect(parseApiKey(other)).toBeUndefined();
      }
    }),
  ));

it('keeps the record of a key under its tenant, and the secret out of it', () =>
  // Red when the record lies under the key itself.
  fc.assert(
    fc.property(key, (made) => {
      const { pk } = apiKeyKey(made);
      expect(pk).toMatch(/^tenants#[a-z0-9]+#key#[0-9a-f]{64}$/);
      expect(pk.split('#')[1]).toBe(made.tenantId);
      expect(pk).not.toContain(made.secret);
    }),
  ));
