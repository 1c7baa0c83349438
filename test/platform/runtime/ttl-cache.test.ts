import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ttlCache } from '#platform/runtime/ttl-cache';

const KEYS = ['a', 'b', 'c', 'd', 'e'];
const key = fc.constantFrom(...KEYS);
const step = fc.oneof(
  fc.record({ set: key, value: fc.nat(), readMs: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ passMs: fc.integer({ min: 0, max: 4 }) }),
);

it('keeps the values set last, up to its number of keys and for its time to live', () =>
  // Red when `<` becomes `<=`, when the time counts from the end of a read instead of its start, when a key is not deleted before it is set again, and when `maxKeys` is ignored.
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 1_000;
      const cache = ttlCache<number>({ ttlMs: 10, maxKeys: 3, now: () => now });
      let log: { key: string; value: number; at: number }[] = [];
      for (const step of steps) {
        if ('passMs' in step) now += step.passMs;
        if ('set' in step) {
          const at = now - step.readMs;
          // without a time, the value is valid from now on
          if (step.readMs === 0) cache.set(step.set, step.value);
          else cache.set(step.set, step.value, at);
          log = [...log.filter((entry) => entry.key !== step.set), { key: step.set, value: step.value, at }].slice(-3);
        }
        for (const key of KEYS) {
          const expected = log.find((entry) => entry.key === key && now - entry.at < 10);
          expect(cache.get(key)).toBe(expected?.value);
        }
      }
    }),
    { numRuns: 500 },
  ));
