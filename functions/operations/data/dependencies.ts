import { DescribeEventBusCommand } from '@aws-sdk/client-eventbridge';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Dependencies } from '#operations/app/check-readiness';
import { probeKey } from '#operations/data/keys';
import { type WorkflowId, workflowVariable } from '#shared/manifest';
import type { Runtime } from '#shared/runtime';

/** All are asked at once, so the answer takes no longer than this. */
const PATIENCE_MS = 2_000;

export const dependencies = (rt: Runtime<'db' | 'bus' | 'workflows'>): Dependencies => {
  /** A check is abandoned, not only ignored, when it takes too long. */
  const soon = (ask: (abortSignal: AbortSignal) => Promise<unknown>) => async () => {
    const abandon = new AbortController();
    const late = rt.sleep(PATIENCE_MS).then(() => {
      abandon.abort();
      throw new Error(`no answer within ${PATIENCE_MS} ms`);
    });
    await Promise.race([ask(abandon.signal), late]);
  };

  const workflow = (id: WorkflowId) =>
    soon((abortSignal) => {
      const command = new DescribeStateMachineCommand({ stateMachineArn: rt.env(workflowVariable(id)) });
      return rt.workflows.send(command, { abortSignal });
    });

  return {
    checks: {
      table: soon((abortSignal) =>
        rt.db.send(new GetCommand({ TableName: rt.env('TABLE_NAME'), Key: probeKey }), { abortSignal }),
      ),
      bus: soon((abortSignal) =>
        rt.bus.send(new DescribeEventBusCommand({ Name: rt.env('BUS_NAME') }), { abortSignal }),
      ),
      'fulfil-order': workflow('fulfil-order'),
      'unwind-order': workflow('unwind-order'),
      provider: async () => {
        const { status } = await rt.fetch(rt.env('PROVIDER_URL'), { method: 'GET', timeoutMs: PATIENCE_MS });
        // Any answer but a failure of its own shows that it is there: its base URL need not serve anything.
        if (status >= 500) throw new Error(`the provider answered ${status}`);
      },
    },
    report: (dependency, failure) => rt.logger.warn('a dependency fails', { dependency, failure: String(failure) }),
  };
};
