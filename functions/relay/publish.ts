import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { requestsOf } from '#relay/size';
import { pauseUntil } from '#shared/pause';
import type { Runtime } from '#shared/runtime';

const TRIES = 4;
/** With these the bus says that the entry itself is wrong, and will say so again. */
const FOR_GOOD = ['InvalidArgument', 'MalformedDetail'];

export type Published = {
  /** The position of the first entry that could not be published this time; undefined where none was left. */
  readonly failed: number | undefined;
  /** Why the bus refused these for good, by their positions. */
  readonly refused: ReadonlyMap<number, string>;
};

type Publisher = Pick<Runtime<'bus'>, 'bus' | 'now' | 'random' | 'sleep' | 'logger'>;

/** Publishes the entries in their order. Entries that the bus refuses for now are tried again alone. */
export const publish = async (
  rt: Publisher,
  entries: readonly PutEventsRequestEntry[],
  until: number,
): Promise<Published> => {
  const pause = pauseUntil(rt, until);
  const refused = new Map<number, string>();
  let left = entries.map((_, position) => position);
  for (let tried = 0; left.length > 0; tried += 1) {
    if (tried > 0 && (tried === TRIES || !(await pause(tried)))) return { failed: left[0], refused };
    left = await put(rt, entries, left, refused);
  }
  return { failed: undefined, refused };
};

/** Answers which are to be tried again. */
const put = async (
  rt: Publisher,
  entries: readonly PutEventsRequestEntry[],
  positions: readonly number[],
  refused: Map<number, string>,
) => {
  const again: number[] = [];
  for (const request of requestsOf(entries, positions)) {
    const Entries = request.map((position) => entries[position] as PutEventsRequestEntry);
    const { Entries: answers = [] } = await rt.bus.send(new PutEventsCommand({ Entries }));
    for (const [i, { ErrorCode, ErrorMessage }] of answers.entries()) {
      const { DetailType: detailType, Detail = '{}' } = Entries[i] as PutEventsRequestEntry;
      const { correlationId } = JSON.parse(Detail);
      const said = { detailType, correlationId, ErrorCode, ErrorMessage };
      if (!ErrorCode) rt.logger.debug('published', { detailType, correlationId });
      else rt.logger.warn('the bus refused an event', said);
      if (ErrorCode && FOR_GOOD.includes(ErrorCode)) refused.set(request[i] as number, `${ErrorCode}: ${ErrorMessage}`);
      else if (ErrorCode) again.push(request[i] as number);
    }
  }
  return again;
};
