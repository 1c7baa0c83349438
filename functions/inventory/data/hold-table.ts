import { ConditionalCheckFailedException, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Holds } from '#inventory/app/ports';
import { StockHeld, StockReleased } from '#inventory/contract';
import { holdKey, openHolds } from '#inventory/data/keys';
import { shardChange, transact } from '#inventory/data/transact';
import { type Hold, heldBy } from '#inventory/domain/hold';
import type { Runtime } from '#shared/runtime';
import { mint, written } from '#shared/write';

export const holdTable = (rt: Runtime<'db'>): Holds => {
  const TableName = rt.env('TABLE_NAME');

  const events = ({ tenantId, orderId, state, draws, version }: Hold) => {
    const type = state === 'open' ? StockHeld.type : StockReleased.type;
    const skus = [...new Set(draws.map((draw) => draw.sku))];
    if (state === 'committed' || skus.length === 0) return [];
    return [mint(rt, type, { tenantId, aggregateId: orderId, version, data: { skus } })];
  };

  const toItem = (hold: Hold) => {
    const { version, ...rest } = hold;
    return {
      ...holdKey(hold.tenantId, hold.orderId),
      ...rest,
      ...(hold.state === 'open' && {
        listPk: openHolds(hold.tenantId),
        listSk: hold.orderId,
        held: Object.fromEntries(heldBy(hold)),
      }),
      ...written(version, events(hold)),
    };
  };

  return {
    async find(tenantId, orderId) {
      const Key = holdKey(tenantId, orderId);
      const { Item } = await rt.db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item && toHold(Item);
    },

    async put(hold) {
      const outcome = await transact(rt, [
        {
          Put: {
            TableName,
            Item: toItem(hold),
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        ...hold.draws.map((draw) =>
          shardChange(rt, hold.tenantId, { ...draw, quantity: -draw.quantity }, { received: false }),
        ),
      ]);
      if (typeof outcome === 'string') return outcome;
      return outcome.first ? toHold(outcome.first) : 'short';
    },

    async move(from, to) {
      const put = {
        TableName,
        Item: toItem(to),
        ConditionExpression: 'v = :v AND #state = :state',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':v': from.version, ':state': from.state },
      };
      if (to.state === 'released') {
        const back = from.draws.map((draw) => shardChange(rt, to.tenantId, draw, { received: false }));
        return (await transact(rt, [{ Put: put }, ...back])) === 'done' ? 'done' : 'contended';
      }
      try {
        await rt.db.send(new PutCommand(put));
        return 'done';
      } catch (e) {
        if (e instanceof ConditionalCheckFailedException || e instanceof TransactionConflictException)
          return 'contended';
        throw e;
      }
    },
  };
};

const toHold = (item: Record<string, unknown>): Hold => {
  const { pk, sk, listPk, listSk, held, out, v, ...hold } = item;
  return { ...hold, version: v } as Hold;
};
