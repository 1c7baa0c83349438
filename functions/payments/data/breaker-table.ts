import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Breakers } from '#payments/app/ports';
import type { ProviderName } from '#payments/contract';
import { breakerKey } from '#payments/data/keys';
import { type Breaker, healthy } from '#payments/domain/breaker';
import { putIf } from '#shared/put';
import type { Runtime } from '#shared/runtime';
import { written } from '#shared/write';

/** One item for each tenant, shared by all that call the provider for it. */
export const breakerTable = (rt: Runtime<'db'>, provider: ProviderName): Breakers => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async find(tenantId) {
      const Key = breakerKey(tenantId, provider);
      try {
        const { Item } = await rt.db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
        return Item ? toBreaker(Item) : healthy;
      } catch (error) {
        // what must not fail is the payment: whether it can be made shows the call itself
        rt.logger.warn('the breaker could not be read', { tenantId, provider, error: error as Error });
        return undefined;
      }
    },

    async move(tenantId, from, { version, ...to }) {
      const item = { ...breakerKey(tenantId, provider), ...to, ...written(version, []) };
      const first = { ConditionExpression: 'attribute_not_exists(pk)' };
      const next = { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': from.version } };
      if (!(await putIf(rt, item, from.version === 0 ? first : next))) return false;
      if (to.status === 'open') rt.metric('BreakerOpened', 1, { tenantId, provider });
      return true;
    },
  };
};

const toBreaker = ({ pk, sk, v, ...breaker }: Record<string, unknown>): Breaker =>
  ({ ...breaker, version: v }) as Breaker;
