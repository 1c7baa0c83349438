import { expect, it } from 'vitest';
import type { TenantId } from '#platform/kernel';
import { outboxAttributes } from '#platform/table/outbox';
import { putIf } from '#platform/table/put';
import { type Operation, ServiceError } from '../../embedded/aws/service.ts';
import { watchedTable } from './fixtures/watched-table.ts';

const key = { pk: 'orders#t1#order#o1', sk: 'order' };
const fields = {
  type: 'OrderPlaced.v1',
  at: '2026-11-01T00:00:00.000Z',
  tenantId: 't1' as TenantId,
  aggregateId: 'o1',
  version: 1,
  data: {},
} as const;
const itemOf = (id: string) => ({ ...key, ...outboxAttributes(1, [{ ...fields, id }]) });
const first = { ConditionExpression: 'attribute_not_exists(pk)' };

/** The first put is made, and its answer is lost. */
const losing = () => {
  let lost = 0;
  const between = (act: Operation, name: string): Operation =>
    name === 'PutItem'
      ? async (input, caller) => {
          const answer = await act(input, caller);
          if (lost++ === 0) throw new ServiceError('ThrottlingException', 'Rate exceeded');
          return answer;
        }
      : act;
  return watchedTable({ between });
};

it('takes what its own first try wrote for success', async () => {
  const { rt, calls } = losing();
  expect(await putIf(rt, itemOf('e1'), first)).toBe(true);
  expect(calls.map(({ outcome }) => outcome)).toEqual(['ok', 'ConditionalCheckFailedException']);
});

it('does not take for its own what another wrote, or what carries no event', async () => {
  const { rt, itemAt } = watchedTable();
  expect(await putIf(rt, itemOf('e1'), first)).toBe(true);
  expect(await putIf(rt, itemOf('e2'), first)).toBe(false);
  expect(await putIf(rt, { ...key, v: 1 }, first)).toBe(false);
  expect(await itemAt(key)).toMatchObject({ out: { events: [{ id: 'e1' }] } });
  const turn = { pk: 'due#orders#turn', sk: 'turn' };
  expect([await putIf(rt, turn, first), await putIf(rt, turn, first)]).toEqual([true, false]);
});
