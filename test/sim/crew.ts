import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Done, Job } from './worker.ts';

/** Nothing that a worker is given takes so long, the shrinking included. */
const LONGEST_JOB_MS = 300_000;
/** What the simulated backend kept is freed with the process. */
const JOBS_OF_A_WORKER = 400;

export type Crew = {
  /** Does the jobs in any order, each worker one at a time, until there is none left or `done` says false. */
  readonly work: (jobs: Iterator<Job>, done: (done: Done) => boolean) => Promise<void>;
};

const ask = async (worker: ChildProcess, job: Job): Promise<Done> => {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), LONGEST_JOB_MS);
  const { signal } = abort;
  try {
    const answer = once(worker, 'message', { signal }).then(([done]) => done as Done);
    const gone = once(worker, 'exit', { signal }).then(([code]): Done => {
      return { seed: job.seed, error: `the worker ended with code ${code}` };
    });
    worker.send(job);
    return await Promise.race([answer, gone]);
  } catch {
    return { seed: job.seed, error: `the worker did not answer within ${LONGEST_JOB_MS / 1_000} s` };
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
};

/** Workers in processes of their own, each with the bundle of the backend. */
export const makeCrew = (bundle: string, size: number): Crew => ({
  async work(jobs, done) {
    let goesOn = true;
    const one = async () => {
      while (goesOn) {
        const worker = fork(bundle, { execArgv: ['--enable-source-maps'] });
        try {
          for (let n = 0; n < JOBS_OF_A_WORKER && goesOn; n += 1) {
            const next = jobs.next();
            if (next.done) return;
            const answer = await ask(worker, next.value);
            goesOn &&= done(answer);
            if ('error' in answer) break;
          }
        } finally {
          worker.kill('SIGKILL');
        }
      }
    };
    await Promise.all(Array.from({ length: size }, one));
  },
});
