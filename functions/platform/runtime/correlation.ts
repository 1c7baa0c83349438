import { AsyncLocalStorage } from 'node:async_hooks';

/** The request that caused the current work, of a client or of the gateway. Each execution environment has its own. */
export type Correlation = {
  /** Undefined where no request is known to have caused the work. */
  readonly id: () => string | undefined;
  /** Runs the work under this id and no other: neither that of the surrounding work nor that of another message of the batch. */
  readonly run: <T>(id: string | undefined, work: () => T) => T;
};

export const createCorrelation = (): Correlation => {
  const storage = new AsyncLocalStorage<{ readonly id: string | undefined }>();
  return {
    id: () => storage.getStore()?.id,
    run: (id, work) => storage.run({ id }, work),
  };
};

const CORRELATION_ID_FORM = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that a client proposes, if it is safe in logs, headers and items. */
export const parseCorrelationId = (id: string | undefined): string | undefined =>
  id !== undefined && CORRELATION_ID_FORM.test(id) ? id : undefined;
