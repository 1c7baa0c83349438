import type { FunctionId } from '#platform/manifest';
import { crashError } from '../../embedded/aws/lambda/function-error.ts';
import { ServiceError } from '../../embedded/aws/service.ts';

/** How a function makes no progress: each of its calls fails, or nothing invokes it. */
export const standstillModes = ['fails', 'is stopped'] as const;
export type StandstillMode = (typeof standstillModes)[number];

const QUEUES = 'AmazonSQS';

type Options = {
  /** Functions with a queue, which wait for their messages while they are stopped. */
  readonly consumers: readonly FunctionId[];
  readonly pauseConsumer: (fn: FunctionId) => void;
  readonly resumeConsumer: (fn: FunctionId) => void;
};

/** The functions that make no progress at the moment. */
export const createOutages = ({ consumers, pauseConsumer, resumeConsumer }: Options) => {
  const modes = new Map<FunctionId, StandstillMode>();
  const waiting = new Map<FunctionId, (() => void)[]>();

  const end = (fn: FunctionId) => {
    if (modes.get(fn) === 'is stopped' && consumers.includes(fn)) resumeConsumer(fn);
    modes.delete(fn);
    for (const resume of waiting.get(fn) ?? []) resume();
    waiting.delete(fn);
  };
  return {
    start(fn: FunctionId, mode: StandstillMode) {
      end(fn);
      modes.set(fn, mode);
      if (mode === 'is stopped' && consumers.includes(fn)) pauseConsumer(fn);
    },
    end,
    endAll() {
      for (const fn of [...modes.keys()]) end(fn);
    },
    /** Throws what a call of a function that fails meets. Its queue still answers, because the queue is not what is broken. */
    checkCall(fn: FunctionId, service: string) {
      if (modes.get(fn) === 'fails' && service !== QUEUES)
        throw new ServiceError('InternalServerError', 'The service is not available', { status: 500 });
    },
    /**
     * Whether the invocation goes on. A stopped schedule starts nothing. A reader of the stream that fails does so at once, because its
     * source repeats the batch every ten seconds. A stopped one takes no batch: this one waits, and fails once the reader works again,
     * so that it is read again.
     */
    async allowInvocation(fn: FunctionId, event: unknown): Promise<boolean> {
      const mode = modes.get(fn);
      if (mode === undefined || consumers.includes(fn)) return true;
      const isStream = (event as { readonly Records?: unknown } | undefined)?.Records !== undefined;
      if (mode === 'fails' && isStream) throw crashError('failed');
      if (mode === 'fails') return true;
      if (!isStream) return false;
      await new Promise<void>((resolve) => {
        waiting.set(fn, [...(waiting.get(fn) ?? []), resolve]);
      });
      throw crashError('stopped');
    },
  };
};
export type Outages = ReturnType<typeof createOutages>;
