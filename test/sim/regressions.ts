import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { kinds, type StoredFault } from './faults.ts';
import { KEY_ENDS } from './key-holders.ts';
import type { Plan } from './plan.ts';
import { READ_ACTS } from './readers.ts';

/** A run that violated an invariant. It stores the plan and the faults, so it stays the same when rates or the use of random numbers change. */
export type Regression = {
  /** The bug in the product that the run found. */
  readonly bug: string;
  /** The mutant that plants this bug again. */
  readonly mutant: string;
  readonly invariant: number;
  /** Determines what is neither plan nor fault, such as latencies and ids. */
  readonly seed: number;
  readonly faults: readonly StoredFault[];
  readonly plan: Plan;
};

const natural = z.int().min(0);
const act = z.enum(['nothing', 'cancel', 'pay', 'pay wrongly', 'callback', 'read', 'order again']);
const chore = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('adjust'), delta: z.int(), key: z.string(), times: natural }),
  z.strictObject({ kind: z.literal('shards'), shards: natural }),
  z.strictObject({ kind: z.literal('count'), times: natural }),
]);
const schema = z.strictObject({
  bug: z.string(),
  mutant: z.string(),
  invariant: natural,
  seed: natural,
  faults: z.array(
    z.strictObject({ kind: z.enum(kinds), place: z.string(), nth: natural, force: z.number().min(0).lt(1) }),
  ),
  plan: z.strictObject({
    shops: z.array(
      z.strictObject({
        name: z.string(),
        id: z.optional(z.string()),
        currency: z.string(),
        products: z.array(z.strictObject({ sku: z.string(), price: natural, stock: natural, shards: natural })),
      }),
    ),
    purchases: z.array(
      z.strictObject({
        shop: natural,
        atMs: natural,
        key: z.string(),
        lines: z.array(z.strictObject({ sku: z.string(), quantity: natural })),
        token: z.string(),
        email: z.optional(z.string()),
        afterwards: z.array(z.strictObject({ act, afterMs: natural })),
      }),
    ),
    chores: z.array(z.strictObject({ shop: natural, atMs: natural, sku: z.string(), act: chore })),
    keyChores: z.optional(
      z.array(
        z.strictObject({
          ...{ shop: natural, atMs: natural, name: z.string(), end: z.enum(KEY_ENDS), isUsedAtEndOnly: z.boolean() },
        }),
      ),
    ),
    reads: z.optional(
      z.array(
        z.strictObject({
          ...{ shop: natural, atMs: natural, act: z.enum(READ_ACTS), limit: natural },
          selection: z.number().min(0).lt(1),
        }),
      ),
    ),
    policies: z.optional(
      z.array(
        z.nullable(
          z.strictObject({ offlineAfterMinutes: z.nullable(natural), giveWayAfterMinutes: z.nullable(natural) }),
        ),
      ),
    ),
    spanMs: natural,
  }),
}) satisfies z.ZodType<Regression>;

const FOLDER = join(import.meta.dirname, 'regressions');

/** Throws an error that says what is invalid. */
export const parseRegression = (text: string): Regression => schema.parse(JSON.parse(text));

export const readRegression = (path: string): Regression => {
  try {
    return parseRegression(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
};

export const writeRegression = (path: string, { faults, plan, ...rest }: Regression) => {
  const storedFaults = faults.map(({ kind, place, nth, force }): StoredFault => ({ kind, place, nth, force }));
  writeFileSync(path, `${JSON.stringify({ ...rest, faults: storedFaults, plan }, null, 2)}\n`);
};

/** All regressions, each named by its file. */
export const readRegressions = (): readonly (Regression & { readonly name: string })[] =>
  readdirSync(FOLDER).map((file) => ({ name: basename(file, '.json'), ...readRegression(join(FOLDER, file)) }));
