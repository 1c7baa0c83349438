import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { pauseUntil } from '#shared/pause';
import type { Runtime } from '#shared/runtime';

const MOST_ENTRIES = 10;
const TRIES = 4;

/**
 * Publishes the entries in their order and answers the position of the first that could not be, or undefined when all were.
 * Entries that the bus refuses are tried again alone.
 */
export const publish = async (
  rt: Runtime<'bus'>,
  entries: readonly PutEventsRequestEntry[],
  until: number,
): Promise<number | undefined> => {
  const pause = pauseUntil(rt, until);
  let left = entries.map((_, position) => position);
  for (let tried = 0; left.length > 0; tried += 1) {
    if (tried > 0 && (tried === TRIES || !(await pause(tried)))) return left[0];
    left = await refusedOf(rt, entries, left);
  }
  return undefined;
};

const refusedOf = async (
  rt: Runtime<'bus'>,
  entries: readonly PutEventsRequestEntry[],
  positions: readonly number[],
) => {
  const refused: number[] = [];
  for (let from = 0; from < positions.length; from += MOST_ENTRIES) {
    const chunk = positions.slice(from, from + MOST_ENTRIES);
    const Entries = chunk.map((position) => entries[position] as PutEventsRequestEntry);
    const { Entries: answers = [] } = await rt.bus.send(new PutEventsCommand({ Entries }));
    for (const [i, { ErrorCode, ErrorMessage }] of answers.entries()) {
      if (!ErrorCode) continue;
      rt.logger.warn('the bus refused an event', { detailType: Entries[i]?.DetailType, ErrorCode, ErrorMessage });
      refused.push(chunk[i] as number);
    }
  }
  return refused;
};
