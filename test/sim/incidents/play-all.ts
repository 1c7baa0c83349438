import { availableParallelism } from 'node:os';
import { bundle } from '../bundle.ts';
import { createWorkerPool } from '../worker-pool.ts';
import type { IncidentResult } from './incident.ts';
import type { IncidentJob } from './play.ts';

/** Plays the incidents in virtual time, two at a time, and returns their results in the same order. */
export const playAll = async (jobs: readonly IncidentJob[]): Promise<readonly IncidentResult[]> => {
  const backendBundle = await bundle();
  try {
    const results = new Map<IncidentJob, IncidentResult>();
    const workers = Math.min(2, availableParallelism());
    const pool = createWorkerPool<IncidentJob, IncidentResult>(backendBundle.path, workers);
    await pool.run(jobs.values(), (job, result) => {
      if ('error' in result) throw new Error(`${job.incident}: ${result.error}`);
      results.set(job, result);
      return true;
    });
    return jobs.flatMap((job) => results.get(job) ?? []);
  } finally {
    await backendBundle.remove();
  }
};
