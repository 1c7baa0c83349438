import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TenantId } from '#platform/kernel';
import { formatApiKey, parseApiKey } from '#tenants/contract';
import { apiKeyKey } from '#tenants/table/keys';

const key = fc
  .record({ tenantId: fc.stringMatching(/^[a-z0-9]{1,64}$/), secret: fc.stringMatching(/^[A-Za-z0-9_-]{16,128}$/) })
  .map(({ tenantId, secret }) => ({ tenantId: tenantId as TenantId, secret }));

it('parses every key that it formats', () =>
  // Red when the expression allows an underscore in an id, or forbids one in a secret.
  fc.assert(
    fc.property(key, (apiKey) => {
      expect(parseApiKey(formatApiKey(apiKey))).toEqual(apiKey);
    }),
  ));

it('parses no text of another form', () =>
  // Red when the expression has no `^` or no `$`: then a key with other text around it would pass for that key.
  fc.assert(
    fc.property(key, fc.stringMatching(/^[ .#/\n]$/), (apiKey, odd) => {
      const text = formatApiKey(apiKey);
      for (const other of [odd + text, text + odd, text.replace('bw_', `bw_${odd}`), text.slice(3), '']) {
        expect(parseApiKey(other)).toBeUndefined();
      }
    }),
  ));

it('stores the record of a key under its tenant, without the secret', () =>
  // Red when the key of the record contains the API key itself.
  fc.assert(
    fc.property(key, (apiKey) => {
      const { pk } = apiKeyKey(apiKey);
      expect(pk).toMatch(/^tenants#[a-z0-9]+#key#[0-9a-f]{64}$/);
      expect(pk.split('#')[1]).toBe(apiKey.tenantId);
      expect(pk).not.toContain(apiKey.secret);
    }),
  ));
