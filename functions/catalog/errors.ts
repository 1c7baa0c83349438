import { defineProblems } from '#platform/http/problems';

export const problems = defineProblems({
  product_not_found: {
    status: 404,
    title: 'There is no such product.',
    detail: 'Check the SKU, or put the product into the catalogue first.',
  },
});
