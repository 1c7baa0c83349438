import { type DependencyState, type Readiness, readinessOf } from '#operations/domain/readiness';

export type Dependencies = {
  /** By name. A check rejects if its dependency does not respond correctly or in time. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  readonly reportFailure: (dependency: string, failure: unknown) => void;
};

const TTL_MS = 5_000;

/** Checks all dependencies at once. Within 5 s it returns the same result again. `now` in milliseconds. */
export const checkReadiness = ({ checks, reportFailure }: Dependencies, now: () => number) => {
  const stateOf = async ([name, check]: [string, () => Promise<void>]): Promise<[string, DependencyState]> => {
    try {
      await check();
      return [name, 'ok'];
    } catch (failure) {
      reportFailure(name, failure);
      return [name, 'failing'];
    }
  };

  let cached: { readonly at: number; readonly readiness: Readiness } | undefined;
  return async (): Promise<Readiness> => {
    const at = now();
    if (cached && at - cached.at < TTL_MS) return cached.readiness;
    const states = await Promise.all(Object.entries(checks).map(stateOf));
    cached = { at, readiness: readinessOf(Object.fromEntries(states)) };
    return cached.readiness;
  };
};
