import type { Money, Sku, TenantId } from '#platform/kernel';

export type Product = {
  readonly tenantId: TenantId;
  readonly sku: Sku;
  readonly name: string;
  readonly price: Money;
  readonly version: number;
  readonly updatedAt: string;
};
export type ProductInput = Pick<Product, 'tenantId' | 'sku' | 'name' | 'price'>;
export type ProductChange = { readonly change: 'created' | 'changed' | 'none'; readonly product: Product };

/** The product with the input applied. Input that changes nothing does not raise the version. */
export const applyInput = (existing: Product | undefined, input: ProductInput, at: string): ProductChange => {
  if (!existing) return { change: 'created', product: { ...input, version: 1, updatedAt: at } };
  if (matchesInput(existing, input)) return { change: 'none', product: existing };
  return { change: 'changed', product: { ...existing, ...input, version: existing.version + 1, updatedAt: at } };
};

const matchesInput = ({ name, price }: Product, input: ProductInput) =>
  name === input.name && price.amount === input.price.amount && price.currency === input.price.currency;
