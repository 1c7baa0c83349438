import { PROVIDER_CALL_MS, type Provider } from '#payments/use-cases/ports';
import { addMs, type Instant } from '#platform/kernel';

/**
 * The same provider for as long as a call can end before `deadline`. A call that cannot is not made, and its outcome is `unknown`, so that
 * the function that calls ends by itself and records what it knows.
 */
export const untilDeadline = (provider: Provider, deadline: Instant, now: () => Instant): Provider => {
  const mayCall = () => addMs(now(), PROVIDER_CALL_MS) <= deadline;
  return {
    charge: async (...request) => (mayCall() ? provider.charge(...request) : 'unknown'),
    void: async (...request) => (mayCall() ? provider.void(...request) : 'unknown'),
    refund: async (...request) => (mayCall() ? provider.refund(...request) : 'unknown'),
    status: async (...request) => (mayCall() ? provider.status(...request) : 'unknown'),
  };
};
