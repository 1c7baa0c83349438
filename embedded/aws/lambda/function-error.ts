/** A failed invocation: the error that the handler threw, or the way in which its environment ended. */
export class FunctionError extends Error {
  readonly errorType: string;
  readonly trace: readonly string[];

  constructor(errorType: string, message: string, trace: readonly string[] = []) {
    super(message);
    this.name = 'FunctionError';
    this.errorType = errorType;
    this.trace = trace;
  }
}

export const toFunctionError = (error: unknown): FunctionError =>
  error instanceof Error
    ? new FunctionError(error.name, error.message, error.stack?.split('\n'))
    : new FunctionError(typeof error, String(error));

export const timeoutError = (requestId: string, timeoutMs: number): FunctionError =>
  new FunctionError(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`,
  );

export const crashError = (requestId: string): FunctionError =>
  new FunctionError('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited without providing a reason`);

/** The name that Step Functions gives to Lambda's error. */
const THROTTLED = 'Lambda.TooManyRequestsException';

export const throttleError = (): FunctionError => new FunctionError(THROTTLED, 'Rate Exceeded.');

/** Whether Lambda refused the invocation because too many run. The function's code did not run. */
export const isThrottled = (error: unknown): boolean => error instanceof FunctionError && error.errorType === THROTTLED;
