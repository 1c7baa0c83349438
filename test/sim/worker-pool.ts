import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** No job takes longer, including the shrinking of a run. */
const MAX_JOB_MS = 300_000;
/** A worker is replaced after this many jobs, which frees the memory that the simulated backend has kept. */
const MAX_JOBS_PER_WORKER = 400;

export type WorkerError = { readonly error: string };
export type WorkerPool<Job, Result> = {
  /**
   * Runs the jobs in any order, each worker one at a time, until no job is left or `onResult` returns false. A worker whose job failed
   * is replaced.
   */
  readonly run: (jobs: Iterator<Job>, onResult: (job: Job, result: Result | WorkerError) => boolean) => Promise<void>;
};

const runJob = async <Job extends object, Result>(worker: ChildProcess, job: Job): Promise<Result | WorkerError> => {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), MAX_JOB_MS);
  const { signal } = abort;
  try {
    const result = once(worker, 'message', { signal }).then(([message]) => message as Result);
    const exit = once(worker, 'exit', { signal }).then(([code]): WorkerError => {
      return { error: `the worker exited with code ${code}` };
    });
    worker.send(job);
    return await Promise.race([result, exit]);
  } catch {
    return { error: `the worker did not answer within ${MAX_JOB_MS / 1_000} s` };
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
};

/** A pool of worker processes, each with the bundle of the backend. */
export const createWorkerPool = <Job extends object, Result extends object>(
  bundlePath: string,
  size: number,
): WorkerPool<Job, Result> => ({
  async run(jobs, onResult) {
    let isRunning = true;
    const runWorkers = async () => {
      while (isRunning) {
        const worker = fork(bundlePath, { execArgv: ['--enable-source-maps'] });
        try {
          for (let n = 0; n < MAX_JOBS_PER_WORKER && isRunning; n += 1) {
            const next = jobs.next();
            if (next.done) return;
            const result = await runJob<Job, Result>(worker, next.value);
            isRunning &&= onResult(next.value, result);
            if ('error' in result) break;
          }
        } finally {
          worker.kill('SIGKILL');
        }
      }
    };
    await Promise.all(Array.from({ length: size }, runWorkers));
  },
});
