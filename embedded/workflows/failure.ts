/** Why a state failed, as Retry and Catch see it. */
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

/** What `States.ALL` does not catch. */
const UNCATCHABLE = ['States.Runtime', 'States.DataLimitExceeded'];

/** Whether `ErrorEquals` names the error. */
export const matches = (names: readonly string[], error: string): boolean =>
  names.some(
    (name) =>
      name === error ||
      (name === 'States.ALL' && !UNCATCHABLE.includes(error)) ||
      (name === 'States.TaskFailed' && error !== 'States.Timeout' && !UNCATCHABLE.includes(error)),
  );
