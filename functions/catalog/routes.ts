import * as z from 'zod/mini';
import { problems } from '#catalog/errors';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import { CurrencySchema } from '#platform/input-schemas';
import { formatMoney, maxMoney } from '#platform/money';
import {
  InstantSchema,
  IntegerSchema,
  MoneySchema,
  SkuSchema,
  StringSchema,
  trimmedText,
  wholeNumber,
} from '#platform/schemas';
import { listQuery, pageOf } from '#platform/table/list-query';

/**
 * In minor units, at most what one order may total, so that every product can be ordered. A free product cannot be sold, because no
 * provider charges 0.
 */
const Price = z.strictObject({ amount: wholeNumber(1), currency: CurrencySchema }).check(({ value, issues }) => {
  const max = maxMoney(value.currency);
  if (max && Number.isSafeInteger(value.amount) && value.amount > max.amount)
    issues.push({
      code: 'custom',
      input: value.amount,
      path: ['amount'],
      message: `the most is ${max.amount} in minor units (${formatMoney(max)}), which is also the limit of an order's total`,
    });
});

/** What a client decides about a product. Its SKU is in the path; Breakwater decides its version and times. */
export const PutProduct = z.strictObject({
  name: trimmedText(200),
  price: Price,
});
export type PutProduct = z.infer<typeof PutProduct>;

/** A product as its tenant sees it. Fields may be added. */
export const ProductResponse = () =>
  z.object({
    sku: SkuSchema,
    name: StringSchema,
    price: MoneySchema,
    version: IntegerSchema,
    updatedAt: InstantSchema,
  });
export type ProductResponse = z.input<ReturnType<typeof ProductResponse>>;

const { product_not_found } = problems;
const { conflict } = platformProblems;
const params = { sku: SkuSchema };

export const writeRoutes = {
  putProduct: {
    method: 'PUT',
    path: '/v1/products/{sku}',
    scope: 'tenant',
    params,
    summary: 'Creates a product, or changes it.',
    body: PutProduct,
    responses: { 200: ProductResponse, 201: ProductResponse },
    problems: { conflict },
  },
} as const satisfies RouteGroup;

export const readRoutes = {
  listProducts: {
    method: 'GET',
    path: '/v1/products',
    scope: 'tenant',
    summary: 'Lists the products by SKU, ascending.',
    query: /* @__PURE__ */ listQuery('products'),
    responses: { 200: () => pageOf(ProductResponse()) },
  },
  getProduct: {
    method: 'GET',
    path: '/v1/products/{sku}',
    scope: 'tenant',
    params,
    summary: 'Returns a product.',
    responses: { 200: ProductResponse },
    problems: { product_not_found },
  },
} as const satisfies RouteGroup;
