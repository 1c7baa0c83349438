/** An error by which a task refuses, and by which its saga decides what follows. `name` is what ASL's Catch and Retry match. */
export type SagaErrorDefinition = { readonly name: string; readonly message: string };

/** The saga errors of a context, by name. */
export type SagaErrors = Readonly<Record<string, SagaErrorDefinition>>;

/** Thrown by a task to end its step with a refusal. The name is set at run time, because minifying mangles the names of classes. */
export class SagaError extends Error {
  constructor({ name, message }: SagaErrorDefinition) {
    super(message);
    this.name = name;
  }
}
