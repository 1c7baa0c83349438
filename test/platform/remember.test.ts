import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ttlCache } from '#platform/runtime/ttl-cache';

const KEYS = ['a', 'b', 'c', 'd', 'e'];
const key = fc.constantFrom(...KEYS);
const step = fc.oneof(fc.record({ set: key, value: fc.nat() }), fc.record({ pass: fc.integer({ min: 0, max: 4 }) }));

it('knows the last values set, of so many keys and for so long, and nothing else', () =>
  // Red when `<` becomes `<=`, when the key is not deleted before it is set (order of age), and when `most` is not kept.
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 1_000;
      const memory = ttlCache<number>({ forMs: 10, most: 3, now: () => now });
      let log: { key: string; value: number; at: number }[] = [];
      for (const s of steps) {
        if ('pass' in s) now += s.pass;
        if ('set' in s) {
          memory.set(s.set, s.value);
          log = [...log.filter((entry) => entry.key !== s.set), { key: s.set, value: s.value, at: now }].slice(-3);
        }
        for (const known of KEYS) {
          const entry = log.find((e) => e.key === known && now - e.at < 10);
          expect(memory.get(known)).toBe(entry?.value);
        }
      }
    }),
    { numRuns: 500 },
  ));
