import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Product, ProductInput } from '#catalog/domain/product';
import { MAX_ATTEMPTS, type Products, putProduct } from '#catalog/use-cases/put-product';
import type { Sku, TenantId } from '#platform/kernel';

const inputWith = (name: string): ProductInput => ({
  tenantId: 't' as TenantId,
  sku: 's' as Sku,
  name,
  price: { amount: 1, currency: 'EUR' },
});

/** One product that refuses a version that does not follow the stored one, as the table does. `stored` are all its versions. */
const fakeProducts = (delay: () => Promise<void> = async () => {}) => {
  const stored: Product[] = [];
  const products: Products = {
    async find() {
      const existing = stored.at(-1);
      await delay();
      return existing;
    },
    async update(from, to) {
      if (from?.version !== stored.at(-1)?.version) return false;
      stored.push(to);
      return true;
    },
  };
  return { stored, products };
};

const now = () => '2026-11-01T00:00:00.000Z';

it('stores each version once, also where calls overlap, and succeeds only for what was stored', () =>
  // Red when an update counts as success without its result, and when an attempt does not read again.
  fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: MAX_ATTEMPTS }),
      fc.scheduler(),
      async (names, s) => {
        const { stored, products } = fakeProducts(() => s.schedule(Promise.resolve()));
        const put = putProduct(products, now, () => s.schedule(Promise.resolve()));
        const puts = Promise.all(names.map((name) => put(inputWith(name))));
        await s.waitFor(puts);
        const succeeded = (await puts).flatMap((result) => (result.ok ? [result.value.product] : []));
        expect(stored.map(({ version }) => version)).toEqual(stored.map((_, i) => i + 1));
        expect(new Set(succeeded)).toEqual(new Set(stored));
        // an attempt fails only where another succeeds, so as many callers as attempts all succeed
        expect(succeeded).toHaveLength(names.length);
      },
    ),
  ));

it('fails after a number of attempts, with a longer wait before each except the first', async () => {
  const waits: number[] = [];
  const { products } = fakeProducts();
  const put = putProduct({ ...products, update: async () => false }, now, async (attempt) => void waits.push(attempt));
  expect(await put(inputWith('Mug'))).toEqual({ ok: false, error: 'conflict' });
  expect(waits).toEqual(Array.from({ length: MAX_ATTEMPTS - 1 }, (_, i) => i + 1));
});

it('writes nothing where nothing changes', async () => {
  const { stored, products } = fakeProducts();
  const put = putProduct(products, now, async () => {});
  expect(await put(inputWith('Mug'))).toMatchObject({ ok: true, value: { change: 'created' } });
  expect(await put(inputWith('Mug'))).toMatchObject({ ok: true, value: { change: 'none', product: { version: 1 } } });
  expect(stored).toHaveLength(1);
});
