import { AsyncLocalStorage } from 'node:async_hooks';
import type { FunctionSpec } from '#platform/manifest';
import type { FairScheduler, ReleaseSlot } from './fair-scheduler.ts';

/** The share of work without a tenant, such as requests with wrong keys. */
const NO_TENANT = '';

/** The parts of a function that say where its events name the tenant. */
type Invocable = { readonly spec: Pick<FunctionSpec, 'consumes' | 'streams'>; readonly routes: readonly unknown[] };
/** Runs an invocation of this function once its tenant has a slot. */
type RunInSlot = <T>(fn: Invocable, event: unknown, invocation: () => Promise<T>) => Promise<T>;
/** Releases the slot while the current invocation waits for something other than the CPU. */
export type WhileWaiting = <T>(wait: () => Promise<T>) => Promise<T>;

export type CpuShares = { readonly run: RunInSlot; readonly whileWaiting: WhileWaiting };

/** Everything runs at once. */
export const noCpuShares: CpuShares = {
  run: (_fn, _event, invocation) => invocation(),
  whileWaiting: (wait) => wait(),
};

/** An invocation with its slot, which it releases while it waits. */
type Invocation = { readonly share: string; slot: Promise<ReleaseSlot> | undefined; hasEnded: boolean };

const getAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
    value,
  );

const parseJson = (text: unknown): unknown => {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
};

/** The tenant that an invocation works for; of a batch, the tenant of its first message. */
export const findTenantId = ({ spec, routes }: Invocable, event: unknown): string | undefined => {
  const findId = () => {
    if (spec.consumes) return getAt(parseJson(getAt(event, ['Records', '0', 'body'])), ['detail', 'tenantId']);
    if (routes.length > 0) return getAt(event, ['requestContext', 'authorizer', 'tenantId']);
    return getAt(event, ['tenantId']);
  };
  const id = findId();
  return typeof id === 'string' ? id : undefined;
};

/**
 * Gives each tenant an equal share of the CPU: each invocation needs a slot of the scheduler (ADR 94). An invocation that another one calls,
 * such as the payment sandbox, counts for the caller's tenant if its event names none. Stream batches carry records of all tenants and
 * never wait.
 */
export const createCpuShares = ({ acquireSlot }: FairScheduler): CpuShares => {
  const current = new AsyncLocalStorage<Invocation | undefined>();

  const acquire = async (invocation: Invocation): Promise<void> => {
    // code may still run in an environment that has crashed; it must not get a slot that nothing releases
    if (invocation.hasEnded) return;
    invocation.slot ??= acquireSlot(invocation.share);
    await invocation.slot;
  };
  const release = ({ slot }: Invocation): void => void slot?.then((releaseSlot) => releaseSlot());

  return {
    run(fn, event, invoke) {
      if (fn.spec.streams) return current.run(undefined, invoke);
      const isCalled = fn.routes.length > 0;
      const inherited = isCalled ? current.getStore()?.share : undefined;
      const share = findTenantId(fn, event) ?? inherited ?? NO_TENANT;
      const invocation: Invocation = { share, slot: undefined, hasEnded: false };
      return current.run(invocation, async () => {
        try {
          await acquire(invocation);
          return await invoke();
        } finally {
          invocation.hasEnded = true;
          release(invocation);
        }
      });
    },
    async whileWaiting(wait) {
      const invocation = current.getStore();
      if (!invocation) return wait();
      release(invocation);
      invocation.slot = undefined;
      try {
        return await wait();
      } finally {
        await acquire(invocation);
      }
    },
  };
};
