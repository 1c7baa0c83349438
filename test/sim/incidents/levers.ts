import type { FunctionId } from '#platform/manifest';
import { crashError } from '../../../embedded/aws/lambda/function-error.ts';
import { ServiceError } from '../../../embedded/aws/service.ts';
import type { Interceptors } from '../../../embedded/host/interceptors.ts';

const PREFIX = 'breakwater-dev-';

/** Calls of this operation by this function fail with this error. */
export type FailingCall = { readonly fn: FunctionId; readonly operation: string; readonly error: string };

const errorOf = ({ fn, operation, error }: FailingCall) =>
  new ServiceError(error, `${operation} of ${fn} fails in this incident.`, {
    status: error === 'AccessDeniedException' ? 400 : 503,
  });

/** What a staged incident breaks and what its operator switches off. `network` is what lies below, if there is one. */
export const createLevers = (network: Interceptors = {}) => {
  let failingCalls: readonly FailingCall[] = [];
  const disabled = new Set<FunctionId>();
  let isApiOpen = true;

  const call: NonNullable<Interceptors['call']> = async (serviceCall, proceed) => {
    const { caller, operation, input } = serviceCall;
    const fails = (failing: FailingCall) => operation === failing.operation && caller.name === PREFIX + failing.fn;
    const failing = failingCalls.find(fails);
    if (failing) throw errorOf(failing);
    return network.call ? network.call(serviceCall, proceed) : proceed(input);
  };
  const invoke: NonNullable<Interceptors['invoke']> = async (id, event, proceed) => {
    if (disabled.has(id)) throw crashError('disabled');
    return network.invoke ? network.invoke(id, event, proceed) : proceed();
  };

  return {
    interceptors: { ...network, call, invoke } satisfies Interceptors,
    failCalls(failing: FailingCall) {
      failingCalls = [...failingCalls, failing];
    },
    /** Ends every failure of calls. */
    repairCalls() {
      failingCalls = [];
    },
    /** Keeps what invokes the function, such as a stream or a schedule, from having an effect. */
    disable: (id: FunctionId) => void disabled.add(id),
    enable: (id: FunctionId) => void disabled.delete(id),
    /** Sets the throttle of the API to 0: every request of a customer answers 429. */
    closeApi() {
      isApiOpen = false;
    },
    openApi() {
      isApiOpen = true;
    },
    isApiOpen: () => isApiOpen,
  };
};

export type Levers = ReturnType<typeof createLevers>;
