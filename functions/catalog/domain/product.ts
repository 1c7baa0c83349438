import type { Money, Sku, TenantId } from '#shared/kernel';

export type Product = {
  readonly tenantId: TenantId;
  readonly sku: Sku;
  readonly name: string;
  readonly price: Money;
  readonly version: number;
  readonly updatedAt: string;
};
export type Wish = Pick<Product, 'tenantId' | 'sku' | 'name' | 'price'>;
export type Put = { readonly change: 'created' | 'changed' | 'none'; readonly product: Product };

/** The product as it is wished to be. A wish that is fulfilled already changes nothing, not even the version. */
export const put = (standing: Product | undefined, wish: Wish, at: string): Put => {
  if (!standing) return { change: 'created', product: { ...wish, version: 1, updatedAt: at } };
  if (fulfils(standing, wish)) return { change: 'none', product: standing };
  return { change: 'changed', product: { ...standing, ...wish, version: standing.version + 1, updatedAt: at } };
};

const fulfils = ({ name, price }: Product, wish: Wish) =>
  name === wish.name && price.amount === wish.price.amount && price.currency === wish.price.currency;
