import type { Answer } from './answer.ts';
import type { Host } from './hosts.ts';
import type { Sequence } from './operations.ts';
import { KEYS, replaced } from './values.ts';

export type Tally = { calls: number; succeeded: number; readonly seen: Map<string, number> };
export const tally = (): Tally => ({ calls: 0, succeeded: 0, seen: new Map() });

const count = (counts: Tally, operation: string, { error, reasons }: Answer) => {
  counts.calls += 1;
  if (error === undefined) counts.succeeded += 1;
  const codes = new Set((reasons as { Code: string }[] | undefined)?.map(({ Code }) => `${error}: ${Code}`));
  for (const name of [operation, ...(error === undefined ? [] : [error]), ...codes])
    counts.seen.set(name, (counts.seen.get(name) ?? 0) + 1);
};

let runs = 0;
/** Tokens and tables may outlive this process. */
const session = Date.now().toString(36);

/** Makes the calls of a sequence in turn, on items that no other run has. */
export const play = async (sequence: Sequence, host: Host, counts: Tally): Promise<void> => {
  runs += 1;
  const own = `${session}.${runs}.`;
  let last: object | undefined;
  const make = async (operation: string, input: object) => {
    const answer = replaced(await host(operation, replaced(input, '@', own)), own, '@');
    count(counts, operation, answer);
    return answer;
  };
  for (const call of sequence) {
    const input = call?.input ?? last;
    if (!call || !input) continue;
    if ('ClientRequestToken' in input) last = input;
    let answer = await make(call.operation, input);
    for (let pages = 1; answer['LastEvaluatedKey']; pages += 1) {
      if (pages > KEYS.length) throw new Error(`${call.operation} has more pages than items: ${JSON.stringify(input)}`);
      answer = await make(call.operation, { ...input, ExclusiveStartKey: answer['LastEvaluatedKey'] });
    }
  }
};
