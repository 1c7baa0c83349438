/** Time as the host sees it. The simulator drives it; everything else uses the machine's. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs the task once `ms` have passed; the answer takes it back. */
  after(ms: number, task: () => void): () => void;
  /** Resolves once the machine has looked after what came in meanwhile, where there is a machine to do so. */
  turn?(): Promise<void>;
}

/** Who calls: a function with its table grants, or the host's own endpoint, which may do everything. */
export type Caller = {
  readonly name: string;
  /** Answers why the caller may not do this to these partition keys, or undefined where it may. */
  readonly refuses?: (action: string, partitionKeys: readonly string[]) => string | undefined;
};

/** An error as a service answers it: `name` is what the SDK throws it as. */
export class ServiceError extends Error {
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, fields: Readonly<Record<string, unknown>> = {}, status = 400) {
    super(message);
    this.name = name;
    this.fields = fields;
    this.status = status;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the wire's shapes are the SDK's; each operation names the one that it takes
export type Operation = (input: any, caller: Caller) => unknown;

/** One AWS service: the prefix of its `X-Amz-Target` and the operations that the host has of it. */
export type Service = { readonly target: string; readonly operations: Readonly<Record<string, Operation>> };
