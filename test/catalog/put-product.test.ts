import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Product, ProductInput } from '#catalog/domain/product';
import { MAX_ATTEMPTS, type Products, putProduct } from '#catalog/use-cases/put-product';
import type { Sku, TenantId } from '#platform/kernel';

const wishOf = (name: string): ProductInput => ({
  tenantId: 't' as TenantId,
  sku: 's' as Sku,
  name,
  price: { amount: 1, currency: 'EUR' },
});

/** One row that refuses a version which does not follow the one that stands, as the table does; `stored` is all it ever was. */
const oneRow = (between: () => Promise<void> = async () => {}) => {
  const stored: Product[] = [];
  const products: Products = {
    async find() {
      const standing = stored.at(-1);
      await between();
      return standing;
    },
    async save(product) {
      if (product.version !== (stored.at(-1)?.version ?? 0) + 1) return false;
      stored.push(product);
      return true;
    },
  };
  return { stored, products };
};

const now = () => '2026-11-01T00:00:00.000Z';

it('stores each version once, whoever overlaps, and answers success only to what was stored', () =>
  // Red when `store` is answered as success without being asked whether it was, and when the read is not repeated with the attempt.
  fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: MAX_ATTEMPTS }),
      fc.scheduler(),
      async (names, s) => {
        const { stored, products } = oneRow(() => s.schedule(Promise.resolve()));
        const put = putProduct(products, now, () => s.schedule(Promise.resolve()));
        const answers = Promise.all(names.map((name) => put(wishOf(name))));
        await s.waitFor(answers);
        const made = (await answers).flatMap((answer) => (answer.ok ? [answer.value.product] : []));
        expect(stored.map(({ version }) => version)).toEqual(stored.map((_, i) => i + 1));
        expect(new Set(made)).toEqual(new Set(stored));
        // An attempt fails only where another's succeeds, so that so many callers can all have their way.
        expect(made).toHaveLength(names.length);
      },
    ),
  ));

it('gives up after so many attempts, with a longer pause before each but the first', async () => {
  const pauses: number[] = [];
  const { products } = oneRow();
  const put = putProduct({ ...products, save: async () => false }, now, async (attempt) => void pauses.push(attempt));
  expect(await put(wishOf('Mug'))).toEqual({ ok: false, error: 'conflict' });
  expect(pauses).toEqual(Array.from({ length: MAX_ATTEMPTS - 1 }, (_, i) => i + 1));
});

it('writes nothing where nothing changes', async () => {
  const { stored, products } = oneRow();
  const put = putProduct(products, now, async () => {});
  expect(await put(wishOf('Mug'))).toMatchObject({ ok: true, value: { change: 'created' } });
  expect(await put(wishOf('Mug'))).toMatchObject({ ok: true, value: { change: 'none', product: { version: 1 } } });
  expect(stored).toHaveLength(1);
});
