import type { Mutant } from './mutant.ts';

export const reads: readonly Mutant[] = [
  {
    name: 'stale-order',
    bug: 'an order is read eventually consistent',
    file: 'functions/orders/table/order-table.ts',
    from: 'Key, ConsistentRead: true',
    to: 'Key, ConsistentRead: false',
  },
  {
    name: 'stale-shards',
    bug: 'shards are read eventually consistent',
    file: 'functions/inventory/table/stock-table.ts',
    from: 'keys.slice(from, from + MOST_KEYS), { consistent: true }',
    to: 'keys.slice(from, from + MOST_KEYS), { consistent: false }',
  },
  {
    name: 'count-at-one-look',
    bug: 'stock in several shards is counted at a single look',
    file: 'functions/inventory/use-cases/count-stock.ts',
    from: 'const again = head.shards > 1 ? await stock.shards([head]) : shards;',
    to: 'const again = shards;',
  },
  {
    name: 'refusal-at-one-look',
    bug: 'out of stock is said after a single look at the shards',
    file: 'functions/inventory/use-cases/find-allocation.ts',
    from: 'if (!drawn.ok && steady(drawn.error.sku, shards, (await look()).shards))',
    to: 'if (!drawn.ok)',
  },
];
