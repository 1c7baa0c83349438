import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type Forced, kinds } from './faults.ts';
import type { Plan } from './plan.ts';

/** A night that broke an invariant, kept as what happened in it: it stays the same night when a rate or a draw changes. */
export type Regression = {
  /** The bug that it found. */
  readonly was: string;
  /** The mutant that plants this bug again. */
  readonly mutant: string;
  readonly invariant: number;
  /** Of what is neither plan nor fault: latencies, ids and the like. */
  readonly seed: number;
  readonly faults: readonly Forced[];
  readonly plan: Plan;
};

const whole = z.int().min(0);
const act = z.enum(['nothing', 'cancel', 'pay', 'pay wrongly', 'callback', 'read', 'order again']);
const chore = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('adjust'), delta: z.int(), key: z.string(), times: whole }),
  z.strictObject({ kind: z.literal('shards'), shards: whole }),
  z.strictObject({ kind: z.literal('count'), times: whole }),
]);
const schema = z.strictObject({
  was: z.string(),
  mutant: z.string(),
  invariant: whole,
  seed: whole,
  faults: z.array(
    z.strictObject({ kind: z.enum(kinds), place: z.string(), nth: whole, force: z.number().min(0).lt(1) }),
  ),
  plan: z.strictObject({
    shops: z.array(
      z.strictObject({
        name: z.string(),
        currency: z.string(),
        products: z.array(z.strictObject({ sku: z.string(), price: whole, stock: whole, shards: whole })),
      }),
    ),
    purchases: z.array(
      z.strictObject({
        shop: whole,
        atMs: whole,
        key: z.string(),
        lines: z.array(z.strictObject({ sku: z.string(), quantity: whole })),
        token: z.string(),
        afterwards: z.array(z.strictObject({ act, afterMs: whole })),
      }),
    ),
    chores: z.array(z.strictObject({ shop: whole, atMs: whole, sku: z.string(), act: chore })),
    spanMs: whole,
  }),
}) satisfies z.ZodType<Regression>;

const FOLDER = join(import.meta.dirname, 'regressions');

/** Throws for what is no regression, and says why. */
export const regressionOf = (text: string): Regression => schema.parse(JSON.parse(text));

export const readRegression = (path: string): Regression => {
  try {
    return regressionOf(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
};

export const writeRegression = (path: string, { faults, plan, ...rest }: Regression) => {
  const bare = faults.map(({ kind, place, nth, force }): Forced => ({ kind, place, nth, force }));
  writeFileSync(path, `${JSON.stringify({ ...rest, faults: bare, plan }, null, 2)}\n`);
};

/** All that are kept, each under the name of its file. */
export const regressions = (): readonly (Regression & { readonly name: string })[] =>
  readdirSync(FOLDER).map((file) => ({ name: basename(file, '.json'), ...readRegression(join(FOLDER, file)) }));
