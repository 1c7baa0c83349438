import type { Mutant } from './mutant.ts';

export const reads: readonly Mutant[] = [
  {
    name: 'stale-order',
    bug: 'an order is read with eventual consistency',
    file: 'functions/platform/table/get-item.ts',
    from: 'Key: key, ConsistentRead: true',
    to: "Key: key, ConsistentRead: !key.pk.startsWith('orders#')",
  },
  {
    name: 'stale-shards',
    bug: 'shards are read with eventual consistency',
    file: 'functions/inventory/table/stock-table.ts',
    from: 'keys.slice(from, from + MAX_KEYS), { consistent: true }',
    to: 'keys.slice(from, from + MAX_KEYS), { consistent: false }',
  },
  {
    name: 'count-at-one-look',
    bug: 'stock in several shards is counted in a single read',
    file: 'functions/inventory/use-cases/count-stock.ts',
    from: 'const shardsAgain = summary.shards > 1 ? await stock.shards([summary]) : shards;',
    to: 'const shardsAgain = shards;',
  },
  {
    name: 'refusal-at-one-look',
    bug: 'out of stock is reported after a single read of the shards',
    file: 'functions/inventory/use-cases/find-allocation.ts',
    from: 'if (!allocated.ok && isStable(allocated.error.sku, shards, (await readStock()).shards))',
    to: 'if (!allocated.ok)',
  },
];
