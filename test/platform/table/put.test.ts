import { expect, it } from 'vitest';
import type { TenantId } from '#platform/kernel';
import { outboxAttributes } from '#platform/table/outbox';
import { IF_ABSENT, putIf, putIfAbsent } from '#platform/table/put';
import { type Operation, ServiceError } from '../../../embedded/aws/service.ts';
import { createTestTable } from '../../fixtures/table.ts';

const key = { pk: 'orders#t1#order#o1', sk: 'order' };
const fields = {
  type: 'OrderPlaced.v1',
  at: '2026-11-01T00:00:00.000Z',
  tenantId: 't1' as TenantId,
  aggregateId: 'o1',
  version: 1,
  data: {},
} as const;
const itemWith = (eventId: string) => ({ ...key, ...outboxAttributes(1, [{ ...fields, id: eventId }]) });

/** A table that stores the first put and loses its response. */
const losingFirstResponse = () => {
  let puts = 0;
  const intercept = (operation: Operation, name: string): Operation =>
    name === 'PutItem'
      ? async (input, caller) => {
          const response = await operation(input, caller);
          if (puts++ === 0) throw new ServiceError('ThrottlingException', 'Rate exceeded');
          return response;
        }
      : operation;
  return createTestTable({ intercept });
};

it('succeeds where its own first attempt has already written the item', async () => {
  const { rt, calls } = losingFirstResponse();
  expect(await putIf(rt, itemWith('e1'), IF_ABSENT)).toBe(true);
  expect(calls.map(({ outcome }) => outcome)).toEqual(['ok', 'ConditionalCheckFailedException']);
});

it('does not take the item of another write, or an item without an event, for its own', async () => {
  const { rt, itemAt } = createTestTable();
  expect(await putIf(rt, itemWith('e1'), IF_ABSENT)).toBe(true);
  expect(await putIf(rt, itemWith('e2'), IF_ABSENT)).toBe(false);
  expect(await putIf(rt, { ...key, v: 1 }, IF_ABSENT)).toBe(false);
  expect(await itemAt(key)).toMatchObject({ out: { events: [{ id: 'e1' }] } });
  const lease = { pk: 'due#orders#turn', sk: 'turn' };
  expect([await putIf(rt, lease, IF_ABSENT), await putIf(rt, lease, IF_ABSENT)]).toEqual([true, false]);
});

it('returns the existing item with the one call of the put, and leaves it unchanged', async () => {
  const { rt, itemAt, operations } = createTestTable();
  expect(await putIfAbsent(rt, itemWith('e1'))).toBeUndefined();
  expect(await putIfAbsent(rt, itemWith('e2'))).toEqual(itemWith('e1'));
  // a retry of the first put, whose response was lost
  expect(await putIfAbsent(rt, itemWith('e1'))).toBeUndefined();
  expect(operations()).toEqual(['PutItem', 'PutItem', 'PutItem']);
  expect(await itemAt(key)).toEqual(itemWith('e1'));
});

it('throws what is not a failed condition', async () => {
  const { rt } = createTestTable({
    intercept: () => () => {
      throw new ServiceError('AccessDeniedException', 'not yours');
    },
  });
  await expect(putIfAbsent(rt, itemWith('e1'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(putIf(rt, itemWith('e1'), IF_ABSENT)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
