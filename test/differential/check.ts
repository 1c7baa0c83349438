import fc from 'fast-check';
import { formatSequence } from './difference.ts';
import { sequence } from './operations.ts';
import { playSequence, type Tally } from './play.ts';
import type { CallTable } from './tables.ts';

const SEQUENCE_COUNT = 300;
/** A different seed gives different sequences. A failure reports its seed. */
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);
/** The number of sequences that run at once. */
const PARALLEL_SEQUENCES = 4;
/** Ends the search for a shorter sequence. If no sequence has failed by then, the run fails. */
const SEARCH_LIMIT_MS = 400_000;

/** Plays the sequences. Throws with the shortest failing sequence and its error. */
export const checkSequences = async (createTable: () => CallTable, counts: Tally): Promise<void> => {
  const property = fc.asyncProperty(sequence, (calls) => playSequence(calls, createTable(), counts));
  const limits = {
    numRuns: SEQUENCE_COUNT / PARALLEL_SEQUENCES,
    interruptAfterTimeLimit: SEARCH_LIMIT_MS,
    markInterruptAsFailure: true,
  };
  const runs = Array.from({ length: PARALLEL_SEQUENCES }, (_, n) => fc.check(property, { ...limits, seed: seed + n }));
  for (const { failed, counterexample, errorInstance, seed, numRuns } of await Promise.all(runs)) {
    if (!failed) continue;
    if (!counterexample)
      throw new Error(`only ${numRuns} of ${limits.numRuns} sequences within ${SEARCH_LIMIT_MS / 1000} s`);
    const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
    throw new Error(
      `seed ${seed}, the shortest sequence:\n${formatSequence(counterexample[0])}\nfailed with\n${reason}`,
    );
  }
};
