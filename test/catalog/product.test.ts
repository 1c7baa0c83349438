import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyInput, type Product, type ProductInput } from '#catalog/domain/product';
import type { Sku, TenantId } from '#platform/kernel';

const wish = fc
  .record({
    name: fc.constantFrom('Mug', 'Cup'),
    amount: fc.constantFrom(1, 2),
    currency: fc.constantFrom('EUR', 'USD'),
  })
  .map(({ name, ...price }): ProductInput => ({ tenantId: 't' as TenantId, sku: 's' as Sku, name, price }));
const AT = (n: number) => new Date(n).toISOString();

it('is what was wished last, and has as many versions as there were changes', () =>
  // Red when the version rises on `none`, when `fulfils` forgets the name, the amount or the currency, and when `changed` keeps
  // what stood or its time.
  fc.assert(
    fc.property(fc.array(wish, { minLength: 1 }), (wishes) => {
      let standing: Product | undefined;
      let changes = 0;
      let since = '';
      wishes.forEach((wished, i) => {
        const same = i > 0 && JSON.stringify(wishes[i - 1]) === JSON.stringify(wished);
        if (!same) {
          changes++;
          since = AT(i);
        }
        const { change, product } = applyInput(standing, wished, AT(i));
        expect(change).toBe(i === 0 ? 'created' : same ? 'none' : 'changed');
        expect(product).toEqual({ ...wished, version: changes, updatedAt: since });
        standing = product;
      });
    }),
  ));
