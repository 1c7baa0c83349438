import { applyInput, type Product, type ProductChange, type ProductInput } from '#catalog/domain/product';
import { err, ok, type Result, type Sku, type TenantId } from '#platform/kernel';

export type Products = {
  find(tenantId: TenantId, sku: Sku): Promise<Product | undefined>;
  /** Stores `to`, on condition that `from` is unchanged, or that there is none; false where that is not so. */
  update(from: Product | undefined, to: Product): Promise<boolean>;
};

/** Waits before the next attempt, longer each time. */
export type Backoff = (attempt: number) => Promise<void>;

export const MAX_ATTEMPTS = 5;

/** Creates or changes a product. The last of two concurrent requests wins, but each decides on the stored product. */
export const putProduct =
  (products: Products, now: () => string, backoff: Backoff) =>
  async (input: ProductInput): Promise<Result<ProductChange, 'conflict'>> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt > 0) await backoff(attempt);
      const existing = await products.find(input.tenantId, input.sku);
      const applied = applyInput(existing, input, now());
      if (applied.change === 'none' || (await products.update(existing, applied.product))) return ok(applied);
    }
    return err('conflict');
  };
