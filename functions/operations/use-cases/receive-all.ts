const MAX_RECEIVES = 30;
/** One empty answer may come from servers that have none of the messages. */
const MAX_EMPTY_ANSWERS = 2;

type Receiver<T> = {
  /** Returns up to ten messages, or hardly ever none although some wait. */
  readonly receive: () => Promise<readonly T[]>;
  readonly handle: (batch: readonly T[]) => Promise<void>;
  readonly goesOn: () => boolean;
};

/** Handles the messages of a queue until none is left, at most 30 batches. Resolves to whether none is left. */
export const receiveAll = async <T>({ receive, handle, goesOn }: Receiver<T>): Promise<boolean> => {
  let emptyAnswers = 0;
  for (let n = 0; n < MAX_RECEIVES && goesOn(); n += 1) {
    const batch = await receive();
    emptyAnswers = batch.length === 0 ? emptyAnswers + 1 : 0;
    if (emptyAnswers === MAX_EMPTY_ANSWERS) return true;
    await handle(batch);
  }
  return false;
};
