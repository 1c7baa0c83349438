import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyInput, type Product, type ProductInput } from '#catalog/domain/product';
import type { Sku, TenantId } from '#platform/kernel';

const input = fc
  .record({
    name: fc.constantFrom('Mug', 'Cup'),
    amount: fc.constantFrom(1, 2),
    currency: fc.constantFrom('EUR', 'USD'),
  })
  .map(({ name, ...price }): ProductInput => ({ tenantId: 't' as TenantId, sku: 's' as Sku, name, price }));
const timeOf = (n: number) => new Date(n).toISOString();

it('has the content of the last input, and one version for each change', () =>
  // Red when the version rises on `none`, when `matchesInput` ignores the name, the amount or the currency, and when `changed` keeps
  // the existing content or its time.
  fc.assert(
    fc.property(fc.array(input, { minLength: 1 }), (inputs) => {
      let existing: Product | undefined;
      let changes = 0;
      let updatedAt = '';
      inputs.forEach((input, i) => {
        const same = i > 0 && JSON.stringify(inputs[i - 1]) === JSON.stringify(input);
        if (!same) {
          changes++;
          updatedAt = timeOf(i);
        }
        const { change, product } = applyInput(existing, input, timeOf(i));
        expect(change).toBe(i === 0 ? 'created' : same ? 'none' : 'changed');
        expect(product).toEqual({ ...input, version: changes, updatedAt });
        existing = product;
      });
    }),
  ));
