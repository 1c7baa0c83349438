import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { parseItem } from '#platform/table/parse-item';

const Thing = z.object({ name: z.string(), size: z.object({ width: z.int() }) });
const key = { pk: 'things#t1#thing#a', sk: 'thing' };

it('returns what the schema reads of an item, without its other attributes', () => {
  expect(parseItem(Thing, { ...key, v: 1, name: 'a', size: { width: 2 } })).toEqual({ name: 'a', size: { width: 2 } });
});

it('throws an error that names the item and each invalid field', () => {
  const parse = () => parseItem(Thing, { ...key, size: { width: 'wide' } });
  expect(parse).toThrow('the item things#t1#thing#a does not match its schema');
  expect(parse).toThrow('name: invalid_type');
  expect(parse).toThrow('size.width: invalid_type');
});

it('names an item without a key as undefined', () => {
  expect(() => parseItem(Thing, {})).toThrow('the item undefined does not match its schema');
});
