type Limits = { readonly concurrency: number; readonly hasTimeLeft: () => boolean };

/** Handles the items in their order, `concurrency` at a time, until the time is over. */
export const forEachConcurrently = async <T>(
  items: readonly T[],
  { concurrency, hasTimeLeft }: Limits,
  handle: (item: T) => Promise<unknown>,
): Promise<void> => {
  const remaining = [...items];
  const work = async () => {
    while (remaining.length > 0 && hasTimeLeft()) await handle(remaining.shift() as T);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, work));
};
