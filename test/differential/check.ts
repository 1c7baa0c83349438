import fc from 'fast-check';
import { printed } from './difference.ts';
import type { Host } from './hosts.ts';
import { sequence } from './operations.ts';
import { play, type Tally } from './play.ts';

const SEQUENCES = 300;
/** Another one makes other sequences; a failure names its own. */
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);
/** So many sequences are under way at once. */
const LANES = 4;
/** Ends the search for a shorter sequence; where none has failed, it fails the run. */
const LIMIT_MS = 400_000;

/** Plays the sequences. Throws the shortest that fails, and why. */
export const check = async (hostOf: () => Host, counts: Tally): Promise<void> => {
  const property = fc.asyncProperty(sequence, (calls) => play(calls, hostOf(), counts));
  const limits = { numRuns: SEQUENCES / LANES, interruptAfterTimeLimit: LIMIT_MS, markInterruptAsFailure: true };
  const lanes = Array.from({ length: LANES }, (_, lane) => fc.check(property, { ...limits, seed: seed + lane }));
  for (const { failed, counterexample, errorInstance, seed, numRuns } of await Promise.all(lanes)) {
    if (!failed) continue;
    if (!counterexample) throw new Error(`only ${numRuns} of ${limits.numRuns} sequences within ${LIMIT_MS / 1000} s`);
    const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
    throw new Error(`seed ${seed}, the shortest sequence:\n${printed(counterexample[0])}\nin which\n${why}`);
  }
};
