import { expect, it } from 'vitest';
import { findFailedItems } from '../../../../embedded/aws/lambda/batch-response.ts';

const items = ['a', 'b'];
const failures = (...ids: unknown[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

it.each<[string, unknown, readonly string[]]>([
  ['null', null, []],
  ['no report', {}, []],
  ['null as the report', { batchItemFailures: null }, []],
  ['an empty report', failures(), []],
  ['one item', failures('b'), ['b']],
  ['an item outside the batch', failures('b', 'c'), items],
  ['an empty identifier', failures(''), items],
  ['no identifier', { batchItemFailures: [{}] }, items],
  ['null as an item', { batchItemFailures: [null] }, items],
  ['a report that is not a list', { batchItemFailures: 'a' }, items],
])('reads %s as Lambda does', (_, result, failed) => {
  expect([...findFailedItems(result, items)]).toEqual(failed);
});
