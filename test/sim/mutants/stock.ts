import type { Mutant } from './mutant.ts';

export const stock: readonly Mutant[] = [
  {
    name: 'oversell',
    bug: 'a hold takes units without the condition that they are there',
    file: 'functions/inventory/table/transact.ts',
    from: "...(quantity < 0 && { ConditionExpression: 'available >= :taken' }),",
    to: "...(quantity < 0 && { ConditionExpression: 'available >= :taken OR available < :taken' }),",
  },
  {
    name: 'hold-twice',
    bug: 'a repeated hold draws again, for its put has no condition',
    file: 'functions/inventory/table/hold-table.ts',
    from: "ConditionExpression: 'attribute_not_exists(pk)',\n            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',",
    to: '',
  },
  {
    name: 'release-twice',
    bug: 'a repeated release gives the units back again, for its put has no condition',
    file: 'functions/inventory/table/hold-table.ts',
    from: "ConditionExpression: 'v = :v AND #state = :state',",
    to: "ConditionExpression: 'v = :v OR #state <> :state OR attribute_exists(pk)',",
  },
  {
    name: 'no-hold-tombstone',
    bug: 'a release before the hold leaves no tombstone',
    file: 'functions/inventory/use-cases/release-stock.ts',
    from: 'const released = standing ? release(standing) : ok(tombstone(step));',
    to: 'if (!standing) return ok(tombstone(step));\n      const released = release(standing);',
  },
  {
    name: 'half-release',
    bug: 'a release gives back the first shard alone',
    file: 'functions/inventory/table/hold-table.ts',
    from: 'const back = from.draws.map((draw) =>',
    to: 'const back = from.draws.slice(0, 1).map((draw) =>',
  },
  {
    name: 'rebalance-loses',
    bug: 'a rebalance gives away one unit fewer than it takes',
    file: 'functions/inventory/domain/rebalance.ts',
    from: 'const given = give(sku, units, wants);',
    to: 'const given = give(sku, units > 3 ? units - 1 : units, wants);',
  },
  {
    name: 'adjust-twice',
    bug: 'an adjustment under the same key is made again',
    file: 'functions/inventory/table/adjustment-table.ts',
    from: "ConditionExpression: 'attribute_not_exists(pk)',\n            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',",
    to: '',
  },
  {
    name: 'commit-ignores-faults',
    bug: 'a hold whose commit was contended is given up',
    file: 'functions/inventory/use-cases/commit-hold.ts',
    from: "if ((await holds.move(standing, committed.value)) !== 'done')\n    throw new Error(`the hold of order ${orderId} is contended`);",
    to: 'await holds.move(standing, committed.value).catch(() => undefined);',
  },
  {
    name: 'watch-once',
    bug: 'whoever counted stock does not look whether the head still stood',
    file: 'functions/inventory/use-cases/update-availability.ts',
    from: 'else if (await stands(heads, head)) return;',
    to: 'else return;\n    return;',
  },
  {
    name: 'out-of-stock-at-a-guess',
    bug: 'the first conflict over a shard is taken for out of stock',
    file: 'functions/inventory/use-cases/hold-stock.ts',
    from: "if (!found.ok && found.error === 'out_of_stock') {",
    to: "if (!found.ok || outcome === 'contended') {",
  },
];
