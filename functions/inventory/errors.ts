import type { Problems } from '#platform/http/problems';
import type { SagaErrors } from '#platform/saga/saga-error';

export const problems = {
  sku_not_found: {
    status: 404,
    title: 'This SKU has no stock record.',
    detail: 'Check the SKU, or add stock with an adjustment first.',
  },
  insufficient_stock: {
    status: 409,
    title: 'The adjustment would remove more units than are available.',
    detail: 'Read the available quantity and adjust by less.',
  },
  shards_lowered: {
    status: 409,
    title: 'The SKU already has more shards, and their number cannot be reduced.',
    detail: 'Read the stock to see its number of shards, and request at least as many.',
  },
} as const satisfies Problems;

export const sagaErrors = {
  StockUnavailable: { name: 'StockUnavailable', message: 'a line requests more units than are available' },
  HoldCommitted: { name: 'HoldCommitted', message: 'the stock of the order is sold and cannot be released' },
} as const satisfies SagaErrors;
