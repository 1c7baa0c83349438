/** An error by which a task refuses, and by which its saga decides what follows. `name` is what ASL's Catch and Retry match. */
export type SagaErrorDefinition = { readonly name: string; readonly message: string };

/** The saga errors of a context, by name. */
export type SagaErrors = Readonly<Record<string, SagaErrorDefinition>>;

/**
 * Thrown by a task to end its step with a refusal. The name is set at run time, because minifying mangles the names of classes. It has
 * no stack trace, because Lambda itself logs every error of a function and a refusal is no fault.
 */
export class SagaError extends Error {
  constructor({ name, message }: SagaErrorDefinition) {
    super(message);
    this.name = name;
    this.stack = `${name}: ${message}`;
  }
}

/** Every saga's own error for what no retry resolves. */
export const UNPROCESSABLE: SagaErrorDefinition = {
  name: 'Unprocessable',
  message: 'an error that repeats identically however often the step is repeated',
};

/** A task met an error that repeats identically. Its message names that error's class, without data; a person reads it. */
export class Unprocessable extends SagaError {
  constructor(message: string, cause: Error) {
    super({ ...UNPROCESSABLE, message });
    this.cause = cause;
  }
}
