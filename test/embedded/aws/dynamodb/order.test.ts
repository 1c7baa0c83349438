import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collection, type Entry } from '../../../../embedded/aws/dynamodb/collection.ts';
import * as decimal from '../../../../embedded/aws/dynamodb/decimal.ts';
import { findSpan } from '../../../../embedded/aws/dynamodb/key-condition.ts';

const keys = fc.constantFrom('', 'a', 'aa', 'ab', 'b', 'ba', '\u{1F600}', '\uFFFD');
const change = fc.record({ id: fc.constantFrom('1', '2', '3', '4', '5', '6'), range: keys, drop: fc.boolean() });
const bytesOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

const IN_RANGE: Readonly<Record<string, (key: string, low: string, high: string) => boolean>> = {
  '=': (key, low) => key === low,
  '<': (key, low) => bytesOrder(key, low) < 0,
  '<=': (key, low) => bytesOrder(key, low) <= 0,
  '>': (key, low) => bytesOrder(key, low) > 0,
  '>=': (key, low) => bytesOrder(key, low) >= 0,
  BETWEEN: (key, low, high) => bytesOrder(key, low) >= 0 && bytesOrder(key, high) <= 0,
  begins_with: (key, low) => key.startsWith(low),
};

const bound = fc.record({ op: fc.constantFrom(...Object.keys(IN_RANGE)), low: keys, high: keys });

describe('a partition', () => {
  // red if Collection.put keeps the position of an entry whose range changed, or if findSpan treats < as <=
  it('is sorted by range, then by id, and a bound spans exactly the entries within it, after any writes', () => {
    fc.assert(
      fc.property(fc.array(change), bound, (changes, { op, low, high }) => {
        const collection = new Collection();
        const model = new Map<string, string>();
        for (const { id, range, drop } of changes) {
          if (drop) collection.delete(id);
          else collection.put({ id, hash: 'h', range: { S: range }, item: {}, bytes: 1 });
          if (drop) model.delete(id);
          else model.set(id, range);
        }
        const expected = [...model].sort((a, b) => bytesOrder(a[1], b[1]) || bytesOrder(a[0], b[0]));
        const shown = (entries: readonly Entry[]) => entries.map(({ id, range }) => [id, range?.S]);
        const entries = collection.partition('h');
        expect(shown(entries)).toEqual(expected);
        expect([collection.size, collection.bytes]).toEqual([model.size, model.size]);
        const span = findSpan(entries, {
          name: 'sk',
          op,
          values: [{ S: low }, ...(op === 'BETWEEN' ? [{ S: high }] : [])],
        });
        expect(shown(entries.slice(...span))).toEqual(expected.filter(([, key]) => IN_RANGE[op]?.(key, low, high)));
      }),
    );
  });
});

/** A number in thousandths. `text` writes it with trailing zeros. */
const thousandths = fc.integer({ min: -1e9, max: 1e9 });
const text = (value: number) => (value / 1000).toFixed(4);

describe('a number', () => {
  // red if add and compare do not align the exponents first
  it('adds, subtracts and compares without error', () => {
    fc.assert(
      fc.property(thousandths, thousandths, (a, b) => {
        expect(decimal.add(text(a), text(b))).toBe(decimal.normalise(text(a + b)));
        expect(decimal.subtract(text(a), text(b))).toBe(decimal.normalise(text(a - b)));
        expect(Math.sign(decimal.compare(text(a), text(b)))).toBe(Math.sign(a - b));
      }),
    );
  });

  it('has one normal form', () => {
    fc.assert(
      fc.property(thousandths, (a) => {
        const normal = decimal.normalise(text(a));
        expect(Number(normal)).toBe(a / 1000);
        expect(normal).not.toMatch(/^-0$|\.\d*0$/);
        expect(decimal.normalise(`${a}e-3`)).toBe(normal);
        expect(decimal.normalise(normal)).toBe(normal);
      }),
    );
  });
});
