import type { Mutant } from './mutant.ts';

export const stock: readonly Mutant[] = [
  {
    name: 'oversell',
    bug: 'a hold takes units without requiring that they are available',
    file: 'functions/inventory/table/transact.ts',
    from: "...(quantity < 0 && { ConditionExpression: 'available >= :taken' }),",
    to: "...(quantity < 0 && { ConditionExpression: 'available >= :taken OR available < :taken' }),",
  },
  {
    name: 'hold-twice',
    bug: 'a repeated hold takes the units again, because its put has no condition',
    file: 'functions/inventory/table/hold-table.ts',
    from: "ConditionExpression: 'attribute_not_exists(pk)',\n            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',",
    to: '',
  },
  {
    name: 'release-twice',
    bug: 'a repeated release gives the units back again, because its put has no condition',
    file: 'functions/inventory/table/hold-table.ts',
    from: "ConditionExpression: 'v = :v AND #state = :state',",
    to: "ConditionExpression: 'v = :v OR #state <> :state OR attribute_exists(pk)',",
  },
  {
    name: 'no-hold-tombstone',
    bug: 'a release before the hold leaves no tombstone',
    file: 'functions/inventory/use-cases/release-stock.ts',
    from: 'const released = existing ? releaseHold(existing) : ok(holdTombstone(step));',
    to: 'if (!existing) return ok(holdTombstone(step));\n      const released = releaseHold(existing);',
  },
  {
    name: 'half-release',
    bug: 'a release gives back only the units of the first shard',
    file: 'functions/inventory/table/hold-table.ts',
    from: 'const returned = from.allocations.map((allocation) =>',
    to: 'const returned = from.allocations.slice(0, 1).map((allocation) =>',
  },
  {
    name: 'rebalance-loses',
    bug: 'a rebalance gives away one unit fewer than it takes',
    file: 'functions/inventory/domain/rebalance.ts',
    from: 'const received = give(sku, units, receivers);',
    to: 'const received = give(sku, units > 3 ? units - 1 : units, receivers);',
  },
  {
    name: 'adjust-twice',
    bug: 'a repeated adjustment with the same key is applied again',
    file: 'functions/inventory/table/adjustment-table.ts',
    from: "ConditionExpression: 'attribute_not_exists(pk)',\n            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',",
    to: '',
  },
  {
    name: 'commit-ignores-faults',
    bug: 'a hold whose commit was contended is never committed',
    file: 'functions/inventory/use-cases/commit-hold.ts',
    from: "if ((await holds.update(hold, committed.value)) !== 'done')\n    throw new Error(`the hold of order ${orderId} is contended`);",
    to: 'await holds.update(hold, committed.value).catch(() => undefined);',
  },
  {
    name: 'watch-once',
    bug: 'a count of stock does not check whether the summary is still the same',
    file: 'functions/inventory/use-cases/update-availability.ts',
    from: 'else if (await isUnchanged(summaries, summary)) return;',
    to: 'else return;\n    return;',
  },
  {
    name: 'out-of-stock-at-a-guess',
    bug: 'the first conflict over a shard counts as out of stock',
    file: 'functions/inventory/use-cases/hold-stock.ts',
    from: "if (!found.ok && found.error === 'out_of_stock') {",
    to: "if (!found.ok || outcome === 'contended') {",
  },
];
