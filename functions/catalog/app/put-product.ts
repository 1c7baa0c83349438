import { type Product, type Put, put, type Wish } from '#catalog/domain/product';
import { err, ok, type Result, type Sku, type TenantId } from '#shared/kernel';

export type Products = {
  find(tenantId: TenantId, sku: Sku): Promise<Product | undefined>;
  /** Stores what follows the version before it; false if that is no longer the version that stands. */
  store(product: Product): Promise<boolean>;
};

/** Lets a while pass before the next attempt, longer and longer. */
export type Pause = (attempt: number) => Promise<void>;

export const ATTEMPTS = 5;

/** Creates or changes a product. The last of two that overlap wins, but each is decided on what really stood. */
export const putProduct =
  (products: Products, now: () => string, pause: Pause) =>
  async (wish: Wish): Promise<Result<Put, 'conflict'>> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await pause(attempt);
      const made = put(await products.find(wish.tenantId, wish.sku), wish, now());
      if (made.change === 'none' || (await products.store(made.product))) return ok(made);
    }
    return err('conflict');
  };
