import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Nothing that a worker is given takes so long, the shrinking included. */
const LONGEST_JOB_MS = 300_000;
/** What the simulated backend kept is freed with the process. */
const JOBS_OF_A_WORKER = 400;

export type Broken = { readonly error: string };
export type Crew<Job, Done> = {
  /** Does the jobs in any order, each worker one at a time, until there is none left or `heard` says false. */
  readonly work: (jobs: Iterator<Job>, heard: (job: Job, done: Done | Broken) => boolean) => Promise<void>;
};

const ask = async <Job extends object, Done>(worker: ChildProcess, job: Job): Promise<Done | Broken> => {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), LONGEST_JOB_MS);
  const { signal } = abort;
  try {
    const answer = once(worker, 'message', { signal }).then(([done]) => done as Done);
    const gone = once(worker, 'exit', { signal }).then(([code]): Broken => {
      return { error: `the worker ended with code ${code}` };
    });
    worker.send(job);
    return await Promise.race([answer, gone]);
  } catch {
    return { error: `the worker did not answer within ${LONGEST_JOB_MS / 1_000} s` };
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
};

/** Workers in processes of their own, each with the bundle of the backend. */
export const makeCrew = <Job extends object, Done extends object>(bundle: string, size: number): Crew<Job, Done> => ({
  async work(jobs, heard) {
    let goesOn = true;
    const one = async () => {
      while (goesOn) {
        const worker = fork(bundle, { execArgv: ['--enable-source-maps'] });
        try {
          for (let n = 0; n < JOBS_OF_A_WORKER && goesOn; n += 1) {
            const next = jobs.next();
            if (next.done) return;
            const answer = await ask<Job, Done>(worker, next.value);
            goesOn &&= heard(next.value, answer);
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
