import { AsyncLocalStorage } from 'node:async_hooks';
import type { FunctionSpec } from '#platform/manifest';
import type { EndTurn, FairScheduler } from './fair-scheduler.ts';

/** The share of work without a tenant, such as requests with wrong keys. */
const NO_TENANT = '';

/** What a function's events are known by. */
type Invocable = { readonly spec: Pick<FunctionSpec, 'consumes' | 'streams'>; readonly routes: readonly unknown[] };
/** Runs an invocation of this function once it is its tenant's turn. */
type RunInTurn = <T>(fn: Invocable, event: unknown, invocation: () => Promise<T>) => Promise<T>;
/** Lets others take turns while the current invocation waits for something else than the CPU. */
export type WhileWaiting = <T>(wait: () => Promise<T>) => Promise<T>;

export type CpuShares = { readonly run: RunInTurn; readonly whileWaiting: WhileWaiting };

/** Everything runs at once. */
export const noCpuShares: CpuShares = {
  run: (_fn, _event, invocation) => invocation(),
  whileWaiting: (wait) => wait(),
};

/** The turn of an invocation, which it may end and take again. */
type Invocation = { readonly share: string; turn: Promise<EndTurn> | undefined; hasEnded: boolean };

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
 * Gives each tenant an equal share of the CPU: invocations take turns of the scheduler. An invocation that another one calls, such as the
 * payment sandbox, counts for the caller's tenant if it has none of its own. Stream batches carry records of all tenants and never wait.
 */
export const createCpuShares = ({ takeTurn }: FairScheduler): CpuShares => {
  const current = new AsyncLocalStorage<Invocation | undefined>();

  const take = async (invocation: Invocation): Promise<void> => {
    // code may still run in an environment that has crashed; it must not take a turn that nothing ends
    if (invocation.hasEnded) return;
    invocation.turn ??= takeTurn(invocation.share);
    await invocation.turn;
  };
  const end = ({ turn }: Invocation): void => void turn?.then((endTurn) => endTurn());

  return {
    run(fn, event, invoke) {
      if (fn.spec.streams) return current.run(undefined, invoke);
      const isCalled = fn.routes.length > 0;
      const inherited = isCalled ? current.getStore()?.share : undefined;
      const share = findTenantId(fn, event) ?? inherited ?? NO_TENANT;
      const invocation: Invocation = { share, turn: undefined, hasEnded: false };
      return current.run(invocation, async () => {
        try {
          await take(invocation);
          return await invoke();
        } finally {
          invocation.hasEnded = true;
          end(invocation);
        }
      });
    },
    async whileWaiting(wait) {
      const invocation = current.getStore();
      if (!invocation) return wait();
      end(invocation);
      invocation.turn = undefined;
      try {
        return await wait();
      } finally {
        await take(invocation);
      }
    },
  };
};
