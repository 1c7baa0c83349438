import type { Product } from '#catalog/domain/product';

/** A product as its tenant sees it. Fields may be added. */
export const answer = ({ sku, name, price, version, updatedAt }: Product) => ({ sku, name, price, version, updatedAt });
