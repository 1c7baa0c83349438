import type { FunctionId } from '#platform/manifest';
import { crashError } from '../../embedded/aws/lambda/function-error.ts';
import { ServiceError } from '../../embedded/aws/service.ts';

/** How a function makes no progress: each of its calls fails, or nothing invokes it. */
export const standstillModes = ['fails', 'is stopped'] as const;
export type StandstillMode = (typeof standstillModes)[number];

const QUEUES = 'AmazonSQS';

type Options = {
  /** Functions with a queue. */
  readonly consumers: readonly FunctionId[];
  /** Functions that read the stream. */
  readonly streamReaders: readonly FunctionId[];
  readonly pauseConsumer: (fn: FunctionId) => void;
  readonly resumeConsumer: (fn: FunctionId) => void;
};

/** The functions that make no progress at the moment. */
export const createOutages = ({ consumers, streamReaders, pauseConsumer, resumeConsumer }: Options) => {
  const modes = new Map<FunctionId, StandstillMode>();
  /** Messages and stream records wait while their function is stopped. */
  const canWait = (fn: FunctionId) => consumers.includes(fn) || streamReaders.includes(fn);

  const end = (fn: FunctionId) => {
    if (modes.get(fn) === 'is stopped' && canWait(fn)) resumeConsumer(fn);
    modes.delete(fn);
  };
  return {
    start(fn: FunctionId, mode: StandstillMode) {
      end(fn);
      modes.set(fn, mode);
      if (mode === 'is stopped' && canWait(fn)) pauseConsumer(fn);
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
     * source repeats the batch every ten seconds.
     */
    allowInvocation(fn: FunctionId): boolean {
      const mode = modes.get(fn);
      if (mode === 'fails' && streamReaders.includes(fn)) throw crashError('failed');
      return mode !== 'is stopped' || canWait(fn);
    },
  };
};
export type Outages = ReturnType<typeof createOutages>;
