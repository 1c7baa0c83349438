import { AsyncLocalStorage } from 'node:async_hooks';
import type { TenantId } from '#platform/kernel';

/** The tenant for which the current work is done. Each execution environment has its own. */
export type TenantScope = {
  /** Undefined where no tenant is set. */
  readonly id: () => TenantId | undefined;
  /** Runs the work for this tenant and no other, whatever tenant the surrounding work is for. */
  readonly run: <T>(id: TenantId | undefined, work: () => T) => T;
  /** The manifest declares that the function works for all tenants: where no tenant is set, it may use the keys of each. */
  readonly worksForAll: boolean;
};

/** `access` is the function's environment variable `TENANTS`, which only its manifest sets. */
export const createTenantScope = (access: string | undefined): TenantScope => {
  const storage = new AsyncLocalStorage<{ readonly id: TenantId | undefined }>();
  return {
    id: () => storage.getStore()?.id,
    run: (id, work) => storage.run({ id }, work),
    worksForAll: access === 'all',
  };
};
