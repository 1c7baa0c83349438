import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { dueMarkOf, dueShards, leaseKey, orderIdsOf } from '#orders/table/keys';
import type { DueEntry, DueOrders, FindOpenOrders } from '#orders/use-cases/ports';
import type { Instant } from '#platform/kernel';
import { DUE_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';
import type { Item } from '#platform/table/batch-get';
import type { TableRuntime } from '#platform/table/get-item';
import { type MergedPage, mergedPage, placeAfter } from '#platform/table/merged-page';
import { putIf } from '#platform/table/put';

export const dueOrders = (rt: Runtime<'db'>): DueOrders => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async findDue(at, { limit, after }) {
      const { entries, next } = await mergedPage(rt, {
        ...{ index: DUE_INDEX, shards: dueShards(), limit, after },
        until: placeAfter(at),
      });
      return { entries: entries.map(toDueEntry), next };
    },

    acquireLease: (at, until) =>
      putIf(
        rt,
        { ...leaseKey, until },
        {
          ConditionExpression: 'attribute_not_exists(pk) OR #until <= :at',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':at': at },
        },
      ),

    async releaseLease(at) {
      await rt.db.send(new PutCommand({ TableName, Item: { ...leaseKey, until: at } }));
    },
  };
};

const toDueEntry = ({ pk, dueSk }: Item): DueEntry => ({ ...orderIdsOf(String(pk)), ...dueMarkOf(String(dueSk)) });

/** The most that is held of the due list while it is walked. */
const WALK_PAGE_SIZE = 1_000;

/**
 * Walks the entries of the due list from `from` to before `until`, shard after shard: for what counts orders and needs no order among
 * them, because each page of a read in order reads every shard. A shard that cannot be read fails the walk.
 */
export async function* walkDueOrders(
  rt: TableRuntime,
  { from, until }: { readonly from: Instant; readonly until: Instant },
): AsyncGenerator<DueEntry> {
  for (const shard of dueShards()) {
    let after: string | undefined = from;
    do {
      const page: MergedPage = await mergedPage(rt, {
        ...{ index: DUE_INDEX, shards: [shard], limit: WALK_PAGE_SIZE },
        ...{ after, until },
      });
      yield* page.entries.map(toDueEntry);
      after = page.next;
    } while (after !== undefined);
  }
}

/** Walks the part of the due list with the orders that make progress, which the sweep does not look at. */
export const openOrderFinder = (rt: TableRuntime): FindOpenOrders =>
  async function* findOpenOrders({ after, until }) {
    for await (const { kind, tenantId } of walkDueOrders(rt, { from: placeAfter(after), until: placeAfter(until) }))
      if (kind === 'placed' || kind === 'cancelling') yield tenantId;
  };
