/** Why a state failed: the error name that Retry and Catch match, and its cause. */
export class StateFailure extends Error {
  readonly error: string;
  readonly cause: string;

  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.name = 'StateFailure';
    this.error = error;
    this.cause = cause;
  }
}

/** Errors that `States.ALL` does not match. */
const UNCATCHABLE = ['States.Runtime', 'States.DataLimitExceeded'];

/** Returns whether `ErrorEquals` matches the error. */
export const matchesError = (names: readonly string[], error: string): boolean =>
  names.some(
    (name) =>
      name === error ||
      (name === 'States.ALL' && !UNCATCHABLE.includes(error)) ||
      (name === 'States.TaskFailed' && error !== 'States.Timeout' && !UNCATCHABLE.includes(error)),
  );
