import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { IncidentResult } from './incident.ts';
import type { IncidentJob } from './play.ts';
import type { HostMessage } from './real-host.ts';

const HOST = join(import.meta.dirname, 'real-host.ts');
/** The longest incident takes less than two and a half hours. */
const MAX_INCIDENT_MS = 4 * 60 * 60_000;

const clockTime = () => new Date().toISOString().slice(11, 19);

const resultOf = async (host: ChildProcess, { incident, load }: IncidentJob, port: number): Promise<IncidentResult> => {
  const signal = AbortSignal.timeout(MAX_INCIDENT_MS);
  const result = Promise.withResolvers<IncidentResult>();
  host.on('message', (message: HostMessage) => {
    if ('phase' in message) console.error(`${clockTime()} ${incident} on port ${port}: ${message.phase}`);
    if ('result' in message) result.resolve(message.result);
    if ('error' in message) result.reject(new Error(`${incident}: ${message.error}`));
  });
  const exit = once(host, 'exit', { signal }).then(([code]): never => {
    throw new Error(`the host of ${incident} exited with code ${code}`);
  });
  host.send({ incident, load, port });
  return await Promise.race([result.promise, exit]);
};

/** Stages the incidents side by side, each in a host of its own that listens on a port of its own and runs on the system's clock. */
export const playReal = async (jobs: readonly IncidentJob[], firstPort: number): Promise<readonly IncidentResult[]> => {
  const hosts = jobs.map(() => fork(HOST));
  try {
    return await Promise.all(jobs.map((job, n) => resultOf(hosts[n] as ChildProcess, job, firstPort + n)));
  } finally {
    for (const host of hosts) host.kill('SIGTERM');
  }
};
