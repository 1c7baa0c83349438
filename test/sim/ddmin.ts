/**
 * The fewest parts that still break (Zeller's ddmin): halves, quarters and so on are left out while what is left still breaks.
 * `breaks` answers with those of the parts that took part, or with undefined where they do not break.
 */
export const ddmin = async <T>(
  all: readonly T[],
  breaks: (parts: readonly T[]) => Promise<readonly T[] | undefined>,
): Promise<readonly T[]> => {
  let fewest = all;
  const reduces = async (parts: readonly T[]): Promise<boolean> => {
    const left = await breaks(parts);
    fewest = left ?? fewest;
    return left !== undefined;
  };

  if (await reduces([])) return fewest;
  for (let parts = 2, finest = false; fewest.length > 1 && !finest; ) {
    const size = Math.ceil(fewest.length / parts);
    const before = fewest;
    let less = false;
    for (let at = 0; at < before.length && !less; at += size)
      less = await reduces([...before.slice(0, at), ...before.slice(at + size)]);
    finest = !less && size === 1;
    parts = less ? Math.max(2, parts - 1) : Math.min(parts * 2, fewest.length);
  }
  return fewest;
};
