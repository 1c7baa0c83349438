import { canaryReports, deadLetterQueues } from '#operations/adapters/dead-letters';
import type { metrics } from '#operations/errors';
import { redriveTable } from '#operations/table/redrive-table';
import { MAX_RUN_MS, redriveDeadLetters } from '#operations/use-cases/redrive-dead-letters';
import type { Runtime } from '#platform/runtime/runtime';
import { scheduledFunction } from '#platform/runtime/scheduled';

const SENT_BACK: keyof typeof metrics = 'DeadLettersSentBack';

/** Every minute: after a deployment, dead letters are tried again, one of each cause first. */
export const redriveWorker = (rt: Runtime<'db' | 'queues'>) => {
  const redrive = redriveDeadLetters({
    deadLetters: deadLetterQueues(rt),
    reports: canaryReports(rt),
    redrives: redriveTable(rt),
    now: () => rt.now().toISOString(),
    onFailure: (what, error) =>
      rt.logger.error('the redrive could not read or write a queue', { what, error: error as Error }),
  });

  return scheduledFunction(rt, async (deadlineMs) => {
    const codeVersion = rt.env('CODE_VERSION');
    const endsAtMs = Math.min(deadlineMs, rt.now().getTime() + MAX_RUN_MS);
    const report = await redrive(codeVersion, () => rt.now().getTime() < endsAtMs);
    if (report === 'lease_held' || report === 'superseded')
      return rt.logger.warn('another redrive is running', { report });
    const { canariesSent, handled, failed, lost, sentBack, unreadable, failedCalls } = report;
    for (const canary of canariesSent)
      rt.logger.info('a dead letter was sent back as a canary', { ...canary, codeVersion });
    for (const canary of handled)
      rt.logger.warn('a canary was handled: the other dead letters of its cause follow', { ...canary, codeVersion });
    for (const canary of [...failed, ...lost])
      rt.logger.warn('a canary was not handled: its cause waits for the next version', { ...canary, codeVersion });
    if (unreadable > 0) rt.logger.error('reports of canaries cannot be read and are dropped', { unreadable });
    const others = sentBack.reduce((sum, { count }) => sum + count, 0);
    if (others > 0) rt.logger.warn('dead letters were sent back', { sentBack, codeVersion });
    if (canariesSent.length + others > 0) rt.metric(SENT_BACK, canariesSent.length + others);
    // the alarm on failed runs tells a person; everything else is done
    if (failedCalls > 0) throw new Error(`${failedCalls} calls failed: the log lines before this name their queues`);
  });
};
