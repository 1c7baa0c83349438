import { AsyncLocalStorage } from 'node:async_hooks';
import type { FunctionSpec } from '#platform/manifest';
import { findField } from '../aws/json-path.ts';
import type { FairScheduler, ReleaseSlot, Shares } from './fair-scheduler.ts';

/** The share of work without a tenant, such as requests with wrong keys. */
const NO_TENANT: Shares = [''];

/** The parts of a function that say where its events name the tenant. */
type Invocable = { readonly spec: Pick<FunctionSpec, 'consumes' | 'streams'>; readonly routes: readonly unknown[] };
/** Runs an invocation of this function once one of its tenants has a slot. */
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
type Invocation = { readonly shares: Shares; slot: Promise<ReleaseSlot> | undefined; hasEnded: boolean };

const getAt = (value: unknown, path: readonly string[]): unknown => path.reduce(findField, value);

/** The tenants that an invocation works for: several only for a batch of messages, whose groups they are (ADR 90). */
export const findTenantIds = ({ spec, routes }: Invocable, event: unknown): readonly string[] => {
  const records = spec.consumes && findField(event, 'Records');
  const ids = Array.isArray(records)
    ? records.map((record) => getAt(record, ['attributes', 'MessageGroupId']))
    : [getAt(event, routes.length > 0 ? ['requestContext', 'authorizer', 'tenantId'] : ['tenantId'])];
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
};

/**
 * Gives each tenant an equal share of the CPU: each invocation needs a slot of the scheduler (ADR 94). A batch of several tenants has that of
 * the one that has used the least time, so that none of them waits behind another one's backlog. An invocation that another one calls,
 * such as the payment sandbox, counts for the caller's tenant if its event names none. Stream batches carry records of all tenants and
 * never wait.
 */
export const createCpuShares = ({ acquireSlot }: FairScheduler): CpuShares => {
  const current = new AsyncLocalStorage<Invocation | undefined>();

  const acquire = async (invocation: Invocation): Promise<void> => {
    // code may still run in an environment that has crashed; it must not get a slot that nothing releases
    if (invocation.hasEnded) return;
    invocation.slot ??= acquireSlot(...invocation.shares);
    await invocation.slot;
  };
  const release = ({ slot }: Invocation): void => void slot?.then((releaseSlot) => releaseSlot());

  return {
    run(fn, event, invoke) {
      if (fn.spec.streams) return current.run(undefined, invoke);
      const isCalled = fn.routes.length > 0;
      const inherited = isCalled ? current.getStore()?.shares : undefined;
      const [first, ...others] = findTenantIds(fn, event);
      const shares = first === undefined ? (inherited ?? NO_TENANT) : ([first, ...others] as const);
      const invocation: Invocation = { shares, slot: undefined, hasEnded: false };
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
