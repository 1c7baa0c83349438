import type { Sequence } from './operations.ts';
import type { CallResult } from './result.ts';
import type { CallTable } from './tables.ts';
import { KEYS, replaceMark } from './values.ts';

export type Tally = { calls: number; succeeded: number; readonly seen: Map<string, number> };
export const createTally = (): Tally => ({ calls: 0, succeeded: 0, seen: new Map() });

const countResult = (counts: Tally, operation: string, { error, reasons }: CallResult) => {
  counts.calls += 1;
  if (error === undefined) counts.succeeded += 1;
  const codes = new Set((reasons as { Code: string }[] | undefined)?.map(({ Code }) => `${error}: ${Code}`));
  for (const name of [operation, ...(error === undefined ? [] : [error]), ...codes])
    counts.seen.set(name, (counts.seen.get(name) ?? 0) + 1);
};

let runs = 0;
/** Makes tokens and items distinct from those of earlier processes, which the table may still have. */
const session = Date.now().toString(36);

/** Makes the calls of a sequence one after another, on items that belong to this run. */
export const playSequence = async (sequence: Sequence, host: CallTable, counts: Tally): Promise<void> => {
  runs += 1;
  const prefix = `${session}.${runs}.`;
  let last: object | undefined;
  const callOnce = async (operation: string, input: object) => {
    const result = replaceMark(await host(operation, replaceMark(input, '@', prefix)), prefix, '@');
    countResult(counts, operation, result);
    return result;
  };
  for (const call of sequence) {
    const input = call?.input ?? last;
    if (!call || !input) continue;
    if ('ClientRequestToken' in input) last = input;
    let result = await callOnce(call.operation, input);
    for (let pages = 1; result['LastEvaluatedKey']; pages += 1) {
      if (pages > KEYS.length) throw new Error(`${call.operation} has more pages than items: ${JSON.stringify(input)}`);
      result = await callOnce(call.operation, { ...input, ExclusiveStartKey: result['LastEvaluatedKey'] });
    }
  }
};
