import type { Table } from './table.ts';
import { type Item, itemBytes, itemsEqual } from './values.ts';

/** A change of an item, in the form in which Lambda receives it. */
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

type Change = {
  readonly table: string;
  readonly key: Item;
  readonly old: Item | undefined;
  readonly next: Item | undefined;
  readonly changedAtMs: number;
};

/** Called within the write, so it must return without further writes. */
export type StreamListener = (record: StreamRecord, table: string) => void;

/** Called when a table was restored: what its stream has published until now is no longer part of it. */
export type RestartListener = (restored: Table) => void;

/** The changes of all tables, in commit order. */
export class Stream {
  readonly #listeners = new Map<StreamListener, RestartListener | undefined>();
  #sequence = 0;

  subscribe(listener: StreamListener, onRestart?: RestartListener): () => void {
    this.#listeners.set(listener, onRestart);
    return () => void this.#listeners.delete(listener);
  }

  /** Starts the stream of a restored table again, empty. */
  restart(restored: Table) {
    for (const onRestart of this.#listeners.values()) onRestart?.(restored);
  }

  /** Publishes a record, unless the write changed nothing. */
  record({ table, key, old, next, changedAtMs }: Change) {
    if (!this.#listeners.size || (!old && !next) || (old && next && itemsEqual(old, next))) return;
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
        ApproximateCreationDateTime: Math.floor(changedAtMs / 1000),
      },
    };
    for (const listener of this.#listeners.keys()) listener(record, table);
  }
}
