import { type Readiness, readiness, type State } from '#operations/domain/readiness';

export type Dependencies = {
  /** By name: rejects if the dependency does not answer as it should, or not soon enough. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  readonly report: (dependency: string, failure: unknown) => void;
};

const FRESH_MS = 5_000;

/** Asks all dependencies at once; whoever asks again within 5 s gets the same answer. `now` in milliseconds. */
export const checkReadiness = ({ checks, report }: Dependencies, now: () => number) => {
  const state = async ([name, check]: [string, () => Promise<void>]): Promise<[string, State]> => {
    try {
      await check();
      return [name, 'ok'];
    } catch (failure) {
      report(name, failure);
      return [name, 'failing'];
    }
  };

  let last: { readonly at: number; readonly readiness: Readiness } | undefined;
  return async (): Promise<Readiness> => {
    const at = now();
    if (last && at - last.at < FRESH_MS) return last.readiness;
    const states = await Promise.all(Object.entries(checks).map(state));
    last = { at, readiness: readiness(Object.fromEntries(states)) };
    return last.readiness;
  };
};
