import { DescribeEventBusCommand } from '@aws-sdk/client-eventbridge';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Dependencies } from '#operations/use-cases/check-readiness';
import { type WorkflowId, workflowVariable } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';

/** All checks run at once, so the response takes no longer than this. */
const CHECK_TIMEOUT_MS = 2_000;

/** An item that is never written: reading it shows that the table responds. */
const PROBE_KEY = { pk: 'operations#system#health#probe', sk: 'probe' };

export const dependencies = (rt: Runtime<'db' | 'bus' | 'workflows'>): Dependencies => {
  /** A check that takes too long is aborted, not only ignored. */
  const withTimeout = (check: (abortSignal: AbortSignal) => Promise<unknown>) => async () => {
    const controller = new AbortController();
    const timeout = rt.sleep(CHECK_TIMEOUT_MS).then(() => {
      controller.abort();
      throw new Error(`no response within ${CHECK_TIMEOUT_MS} ms`);
    });
    await Promise.race([check(controller.signal), timeout]);
  };

  const workflow = (id: WorkflowId) =>
    withTimeout((abortSignal) => {
      const command = new DescribeStateMachineCommand({ stateMachineArn: rt.env(workflowVariable(id)) });
      return rt.workflows.send(command, { abortSignal });
    });

  return {
    checks: {
      table: withTimeout((abortSignal) =>
        rt.db.send(new GetCommand({ TableName: rt.env('TABLE_NAME'), Key: PROBE_KEY }), { abortSignal }),
      ),
      bus: withTimeout((abortSignal) =>
        rt.bus.send(new DescribeEventBusCommand({ Name: rt.env('BUS_NAME') }), { abortSignal }),
      ),
      'fulfil-order': workflow('fulfil-order'),
      'unwind-order': workflow('unwind-order'),
      provider: async () => {
        const { status } = await rt.fetch(rt.env('PROVIDER_URL'), { method: 'GET', timeoutMs: CHECK_TIMEOUT_MS });
        // any response but a server error shows that it is up: its base URL need not serve anything
        if (status >= 500) throw new Error(`the provider answered ${status}`);
      },
    },
    reportFailure: (dependency, failure) =>
      rt.logger.warn('a dependency fails', { dependency, failure: String(failure) }),
  };
};
