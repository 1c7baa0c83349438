/** An error by which a task refuses, and by which its saga decides what follows. `name` is what ASL's Catch and Retry match. */
export type SagaErrorDefinition<N extends string = string> = { readonly name: N; readonly message: string };

/** The saga errors of a context, by name. */
export type SagaErrors = Readonly<Record<string, SagaErrorDefinition>>;

/** Names each definition after its key, so that the name stands once. */
export const defineSagaErrors = /* @__NO_SIDE_EFFECTS__ */ <const M extends Readonly<Record<string, string>>>(
  messages: M,
) =>
  Object.fromEntries(Object.entries(messages).map(([name, message]) => [name, { name, message }])) as {
    readonly [N in keyof M & string]: SagaErrorDefinition<N>;
  };

/** Thrown by a task to end its step with a refusal. The name is set at run time, because minifying mangles the names of classes. */
export class SagaError extends Error {
  constructor({ name, message }: SagaErrorDefinition) {
    super(message);
    this.name = name;
  }
}
