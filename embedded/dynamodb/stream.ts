import { type Item, itemBytes, sameItem } from './values.ts';

/** A change of an item, in the shape in which Lambda gets it. */
export type StreamRecord = {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly dynamodb: {
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: 'NEW_AND_OLD_IMAGES';
    /** Seconds since 1970. */
    readonly ApproximateCreationDateTime: number;
  };
};

/** Is called within the write, so it keeps the record and returns. */
export type StreamListener = (record: StreamRecord, table: string) => void;

/** The changes of all tables, in the order in which they took effect. */
export class Stream {
  readonly #listeners = new Set<StreamListener>();
  #sequence = 0;

  subscribe(listener: StreamListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A write that changes nothing leaves no record. */
  record(table: string, key: Item, old: Item | undefined, next: Item | undefined, now: number) {
    if (!this.#listeners.size || (!old && !next) || (old && next && sameItem(old, next))) return;
    this.#sequence += 1;
    const sequence = String(this.#sequence).padStart(21, '0');
    const record: StreamRecord = {
      eventID: sequence,
      eventName: !old ? 'INSERT' : next ? 'MODIFY' : 'REMOVE',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      dynamodb: {
        Keys: key,
        ...(next && { NewImage: next }),
        ...(old && { OldImage: old }),
        SequenceNumber: sequence,
        SizeBytes: [key, old, next].reduce((sum, image) => sum + (image ? itemBytes(image) : 0), 0),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
        ApproximateCreationDateTime: Math.floor(now / 1000),
      },
    };
    for (const listener of this.#listeners) listener(record, table);
  }
}
