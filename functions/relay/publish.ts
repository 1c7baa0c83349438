import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { backoffUntil } from '#platform/runtime/backoff';
import type { Runtime } from '#platform/runtime/runtime';
import { splitIntoRequests } from '#relay/batches';

const MAX_TRIES = 4;
/** With these codes the bus rejects the entry itself, so a retry would fail again. */
const PERMANENT_ERRORS = ['InvalidArgument', 'MalformedDetail'];

export type PublishResult = {
  /** The position of the first entry that could not be published; undefined where none is left. */
  readonly failed: number | undefined;
  /** Why the bus permanently refuses these entries, by position. */
  readonly refused: ReadonlyMap<number, string>;
};

type Publisher = Pick<Runtime<'bus'>, 'bus' | 'now' | 'random' | 'sleep' | 'logger'>;

/** Publishes the entries in order, until `deadlineMs`. Only entries that failed are retried. */
export const publish = async (
  rt: Publisher,
  entries: readonly PutEventsRequestEntry[],
  deadlineMs: number,
): Promise<PublishResult> => {
  const backoff = backoffUntil(rt, deadlineMs);
  const refused = new Map<number, string>();
  let pending = entries.map((_, position) => position);
  for (let tries = 0; pending.length > 0; tries += 1) {
    if (tries > 0 && (tries === MAX_TRIES || !(await backoff(tries)))) return { failed: pending[0], refused };
    pending = await putEntries(rt, { entries, positions: pending, refused });
  }
  return { failed: undefined, refused };
};

type Attempt = {
  readonly entries: readonly PutEventsRequestEntry[];
  readonly positions: readonly number[];
  readonly refused: Map<number, string>;
};

/** Returns the positions to retry, and adds those that are refused. */
const putEntries = async (rt: Publisher, { entries, positions, refused }: Attempt) => {
  const retried: number[] = [];
  for (const request of splitIntoRequests(entries, positions)) {
    const Entries = request.map((position) => entries[position] as PutEventsRequestEntry);
    const { Entries: results = [] } = await rt.bus.send(new PutEventsCommand({ Entries }));
    for (const [i, { ErrorCode, ErrorMessage }] of results.entries()) {
      const { DetailType: detailType, Detail = '{}' } = Entries[i] as PutEventsRequestEntry;
      const { correlationId } = JSON.parse(Detail);
      if (!ErrorCode) rt.logger.debug('published', { detailType, correlationId });
      else rt.logger.warn('the bus refused an event', { detailType, correlationId, ErrorCode, ErrorMessage });
      if (ErrorCode && PERMANENT_ERRORS.includes(ErrorCode))
        refused.set(request[i] as number, `${ErrorCode}: ${ErrorMessage}`);
      else if (ErrorCode) retried.push(request[i] as number);
    }
  }
  return retried;
};
