import { expect, it } from 'vitest';
import { failedItems } from '../../embedded/lambda/batch-response.ts';

const items = ['a', 'b'];
const failures = (...ids: unknown[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

it.each<[string, unknown, readonly string[]]>([
  ['null', null, []],
  ['nothing reported', {}, []],
  ['null reported', { batchItemFailures: null }, []],
  ['an empty report', failures(), []],
  ['one item', failures('b'), ['b']],
  ['an item that is not of the batch', failures('b', 'c'), items],
  ['an empty identifier', failures(''), items],
  ['no identifier', { batchItemFailures: [{}] }, items],
  ['null for an item', { batchItemFailures: [null] }, items],
  ['what is no list', { batchItemFailures: 'a' }, items],
])('reads %s as Lambda does', (_, answer, failed) => {
  expect([...failedItems(answer, items)]).toEqual(failed);
});
