import { createHash } from 'node:crypto';

/** One SHA-256 of many traces: of a line `<seed> <hash>` for each seed, in the order of the seeds. */
export const digestOf = (hashes: ReadonlyMap<number, string>): string => {
  const lines = [...hashes].sort(([a], [b]) => a - b).map(([seed, hash]) => `${seed} ${hash}`);
  return createHash('sha256').update(lines.join('\n')).digest('hex');
};
