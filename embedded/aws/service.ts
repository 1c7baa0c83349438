/** The time that every service reads. Pass a virtual clock to control it, or `systemClock` for the machine's time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once the delay has passed. The returned function cancels the timer. */
  setTimer(delayMs: number, callback: () => void): () => void;
  /** Resolves once the event loop has polled for I/O. A virtual clock does not need it. */
  yieldToIo?(): Promise<void>;
}

/** Who calls a service. Without `findDenial` the caller may do everything. */
export type Caller = {
  readonly name: string;
  /** Returns why the caller may not perform this action on these resources, or undefined if it may. Tables pass partition keys. */
  readonly findDenial?: (action: string, resources: readonly string[]) => string | undefined;
};

type ErrorDetails = {
  /** Further fields of the error. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly status?: number;
};

/** An error of a service. The SDK throws it under `name`. */
export class ServiceError extends Error {
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, { fields = {}, status = 400 }: ErrorDetails = {}) {
    super(message);
    this.name = name;
    this.fields = fields;
    this.status = status;
  }
}

/** Throws AccessDeniedException if the caller may not perform the action on these resources. */
export const authorize = (caller: Caller, action: string, resources: readonly string[]): void => {
  const reason = caller.findDenial?.(action, resources);
  if (reason !== undefined) throw new ServiceError('AccessDeniedException', reason);
};

// biome-ignore lint/suspicious/noExplicitAny: the SDK defines the wire's shapes; each operation declares the input that it takes
export type Operation = (input: any, caller: Caller) => unknown;

/** One AWS service: the prefix of its `X-Amz-Target` header and the operations that are implemented. */
export type Service = {
  readonly targetPrefix: string;
  readonly operations: Readonly<Record<string, Operation>>;
  /** The operations of a service whose requests have no such header, by method and path: `POST /v2/email/outbound-emails`. */
  readonly paths?: Readonly<Record<string, string>>;
};
