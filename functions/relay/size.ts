import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';

/** Of all entries of one call, and so of each. */
export const LARGEST_REQUEST = 256 * 1024;
const MOST_ENTRIES = 10;

/** As EventBridge counts. */
export const sizeOf = ({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number =>
  Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);

/** As few calls as these positions of the entries need, in their order. */
export const requestsOf = (
  entries: readonly PutEventsRequestEntry[],
  positions: readonly number[],
): readonly (readonly number[])[] => {
  const requests: number[][] = [];
  let size = 0;
  for (const position of positions) {
    const more = sizeOf(entries[position] as PutEventsRequestEntry);
    const last = requests.at(-1);
    if (last && last.length < MOST_ENTRIES && size + more <= LARGEST_REQUEST) {
      last.push(position);
      size += more;
    } else {
      requests.push([position]);
      size = more;
    }
  }
  return requests;
};
