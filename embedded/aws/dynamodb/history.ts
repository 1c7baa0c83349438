import { ServiceError } from '../service.ts';
import type { Table } from './table.ts';
import type { Item } from './values.ts';

type Change = {
  readonly id: string;
  readonly partitionKey: string;
  /** The item before the change, if there was one. */
  readonly old: Item | undefined;
  readonly changedAtMs: number;
};

export type RestorePoint = {
  /** Milliseconds since 1970. A change at this very moment stays. */
  readonly atMs: number;
  /** Whether the items of a partition are restored. By default all are. */
  readonly isRestored?: (partitionKey: string) => boolean;
};

/** Every change of a table since the history began, with the item before it, so that the table can return to an earlier moment. */
export class History {
  readonly #startedAtMs: number;
  #changes: Change[] = [];

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  record(change: Change) {
    this.#changes.push(change);
  }

  /** Undoes the later changes of the table and of its indexes, the latest first, and forgets them. */
  undo(table: Table, { atMs, isRestored = () => true }: RestorePoint, nowMs: number) {
    if (atMs < this.#startedAtMs || atMs > nowMs) {
      const [earliest, latest] = [this.#startedAtMs, nowMs].map((ms) => new Date(ms).toISOString());
      const message = `The restore time must be between ${earliest} and ${latest}.`;
      throw new ServiceError('InvalidRestoreTimeException', message);
    }
    const isUndone = ({ changedAtMs, partitionKey }: Change) => changedAtMs > atMs && isRestored(partitionKey);
    for (const change of this.#changes.toReversed()) if (isUndone(change)) table.write(change.id, change.old);
    this.#changes = this.#changes.filter((change) => !isUndone(change));
  }
}
