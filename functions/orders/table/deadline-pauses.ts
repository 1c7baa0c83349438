import * as z from 'zod/mini';
import { endPause, type Pause, startPause } from '#orders/domain/pause';
import { pauseKey } from '#orders/table/keys';
import type { FindPauses } from '#orders/use-cases/ports';
import { addMs, err, type Instant, ok, type Result } from '#platform/kernel';
import { IntegerSchema, StringSchema } from '#platform/schemas';
import { getItem, getItemEventually, type TableRuntime } from '#platform/table/get-item';
import { parseItem } from '#platform/table/parse-item';
import { IF_ABSENT, putIf } from '#platform/table/put';

/** A pause that ended so long ago extends no deadline any more. */
const FORGOTTEN_AFTER_MS = 90 * 24 * 60 * 60_000;

const PauseItem = z.pipe(
  z.object({
    pauses: z.readonly(
      z.array(z.object({ from: StringSchema, until: z.optional(StringSchema), reason: StringSchema })),
    ),
    v: IntegerSchema,
  }),
  z.transform(({ pauses, v }) => ({ pauses, version: v })),
);

const findStored = async (
  rt: TableRuntime,
  read = getItem,
): Promise<{ readonly pauses: readonly Pause[]; readonly version: number }> => {
  const item = await read(rt, pauseKey);
  return item ? parseItem(PauseItem, item) : { pauses: [], version: 0 };
};

/** Reads the pauses of all deadlines, which are one item: strongly, where a deadline is judged. */
export const pauseReader =
  (rt: TableRuntime): FindPauses =>
  async () =>
    (await findStored(rt)).pauses;

/** The same at half the price, for deadlines that are shown: a pause may be missing for a second after it was changed. */
export const shownPauseReader = (rt: TableRuntime) => async (): Promise<readonly Pause[]> =>
  (await findStored(rt, getItemEventually)).pauses;

type Change<E> = Result<Pause, E | 'contended'>;

/** What operators do to the pauses. `contended`: another operator changed them at the same moment, and nothing was written. */
export const pauseTable = (rt: TableRuntime, now: () => Instant) => {
  const change = async <E>(
    decide: (pauses: readonly Pause[]) => readonly Pause[] | undefined,
    otherwise: E,
  ): Promise<Change<E>> => {
    const { pauses, version } = await findStored(rt);
    const next = decide(pauses);
    const changed = next?.at(-1);
    if (!next || !changed) return err(otherwise);
    const condition =
      version === 0 ? IF_ABSENT : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': version } };
    return (await putIf(rt, { ...pauseKey, pauses: next, v: version + 1 }, condition)) ? ok(changed) : err('contended');
  };
  return {
    list: pauseReader(rt),
    start: (reason: string) => {
      const at = now();
      const forgetBefore = addMs(at, -FORGOTTEN_AFTER_MS);
      return change((pauses) => startPause(pauses, { at, reason, forgetBefore }), 'already_paused' as const);
    },
    end: () => change((pauses) => endPause(pauses, now()), 'not_paused' as const),
  };
};
