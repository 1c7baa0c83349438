/**
 * Reduces parts to a minimum that still fails (Zeller's ddmin): it leaves out halves, quarters and so on as long as the remaining
 * parts fail. `failing` returns the parts that took effect, or undefined if these parts do not fail.
 */
export const ddmin = async <T>(
  all: readonly T[],
  failing: (parts: readonly T[]) => Promise<readonly T[] | undefined>,
): Promise<readonly T[]> => {
  let minimum = all;
  const reducesTo = async (parts: readonly T[]): Promise<boolean> => {
    const effective = await failing(parts);
    minimum = effective ?? minimum;
    return effective !== undefined;
  };

  if (await reducesTo([])) return minimum;
  for (let chunks = 2, finished = false; minimum.length > 1 && !finished; ) {
    const size = Math.ceil(minimum.length / chunks);
    const before = minimum;
    let reduced = false;
    for (let start = 0; start < before.length && !reduced; start += size)
      reduced = await reducesTo([...before.slice(0, start), ...before.slice(start + size)]);
    finished = !reduced && size === 1;
    chunks = reduced ? Math.max(2, chunks - 1) : Math.min(chunks * 2, minimum.length);
  }
  return minimum;
};
