import type { RequestSteps } from './client.ts';

type Value = string | number;
type Change = { readonly step: number; readonly value: Value };

/**
 * The values of registers, step by step, as their writes took effect. An answer is linearizable if the register had the value of
 * the answer at one of the steps between request and answer: then the steps are the order in which everything happened.
 */
export const createTimeline = (currentStep: () => number) => {
  const registers = new Map<string, Change[]>();
  const checkedRegisters = new Set<string>();
  return {
    set(name: string, value: Value) {
      const changes = registers.get(name) ?? [];
      registers.set(name, changes);
      if (changes.at(-1)?.value !== value) changes.push({ step: currentStep(), value });
    },
    /** The values of the register between these steps. */
    valuesDuring(name: string, { sentAt, receivedAt }: RequestSteps): readonly Value[] {
      checkedRegisters.add(name);
      const changes = registers.get(name) ?? [];
      return changes
        .filter(({ step }, n) => step <= receivedAt && (changes[n + 1]?.step ?? Number.POSITIVE_INFINITY) >= sentAt)
        .map(({ value }) => value);
    },
    /** The number of registers that answers were checked against, each with its own history. */
    historyCount: () => checkedRegisters.size,
  };
};
export type Timeline = ReturnType<typeof createTimeline>;
