import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';

/** The limit of all entries of one call together, and so of each entry. */
export const MAX_REQUEST_BYTES = 256 * 1024;
const MAX_ENTRIES = 10;

/** The size of an entry as EventBridge counts it. */
export const entryBytes = ({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number =>
  Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);

/** Splits these positions of the entries into as few requests as possible, in order. */
export const splitIntoRequests = (
  entries: readonly PutEventsRequestEntry[],
  positions: readonly number[],
): readonly (readonly number[])[] => {
  const requests: number[][] = [];
  let requestBytes = 0;
  for (const position of positions) {
    const bytes = entryBytes(entries[position] as PutEventsRequestEntry);
    const last = requests.at(-1);
    if (last && last.length < MAX_ENTRIES && requestBytes + bytes <= MAX_REQUEST_BYTES) {
      last.push(position);
      requestBytes += bytes;
    } else {
      requests.push([position]);
      requestBytes = bytes;
    }
  }
  return requests;
};
