import type { Problems } from '#platform/http/problems';

export const problems = {
  product_not_found: {
    status: 404,
    title: 'There is no such product.',
    detail: 'Check the SKU, or put the product into the catalogue first.',
  },
} as const satisfies Problems;
