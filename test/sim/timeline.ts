type Value = string | number;
type Moment = { readonly at: number; readonly value: Value };

/**
 * What stood in a register from step to step, as its writes took effect. An answer is linearizable when what it says stood there
 * at one of the steps between its question and its arrival: these steps, in their order, are the order in which all happened.
 */
export const makeTimeline = (step: () => number) => {
  const registers = new Map<string, Moment[]>();
  const asked = new Set<string>();
  return {
    set(name: string, value: Value) {
      const moments = registers.get(name) ?? [];
      registers.set(name, moments);
      if (moments.at(-1)?.value !== value) moments.push({ at: step(), value });
    },
    /** What stood there in these steps. */
    within(name: string, from: number, to: number): readonly Value[] {
      asked.add(name);
      const moments = registers.get(name) ?? [];
      return moments
        .filter(({ at }, n) => at <= to && (moments[n + 1]?.at ?? Number.POSITIVE_INFINITY) >= from)
        .map(({ value }) => value);
    },
    /** The registers that anybody has asked for, each with a history of its own. */
    histories: () => asked.size,
  };
};
export type Timeline = ReturnType<typeof makeTimeline>;
