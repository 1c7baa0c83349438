/**
 * Says that a service takes the work of a message only later, though nothing is wrong with either: a quota of it is used up. The message
 * waits for up to 13 days, is no dead letter before, and raises no alarm of a worker that fails (ADR 97).
 */
export class PostponedError extends Error {
  override readonly name = 'PostponedError';
}
