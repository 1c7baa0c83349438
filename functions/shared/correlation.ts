import { AsyncLocalStorage } from 'node:async_hooks';

/** Which request, of a client or of the gateway, caused the work at hand. Each environment has its own. */
export type Correlation = {
  /** Undefined where no request is known to have caused the work. */
  readonly id: () => string | undefined;
  /** Does the work under this id, and under no other: not that of the work around it, nor that of a message beside it. */
  readonly within: <T>(id: string | undefined, work: () => T) => T;
};

export const makeCorrelation = (): Correlation => {
  const storage = new AsyncLocalStorage<{ readonly id: string | undefined }>();
  return {
    id: () => storage.getStore()?.id,
    within: (id, work) => storage.run({ id }, work),
  };
};

const WELL_FORMED = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that a client asks for, if it is one that fits into logs, headers and items. */
export const wellFormed = (id: string | undefined): string | undefined =>
  id !== undefined && WELL_FORMED.test(id) ? id : undefined;
