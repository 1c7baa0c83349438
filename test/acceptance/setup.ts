import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from './embedded.ts';
import type { Host } from './host.ts';

/** Prints how often requests were sent again, by the answer that caused it. */
const printRetries = (log: string) => {
  const causes = log.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
  console.log(`${causes.length} requests were sent again`);
  const counts = Map.groupBy(causes, (cause) => cause);
  for (const [cause, { length }] of counts) console.log(`${String(length).padStart(6)}  ${cause}`);
};

const startHost = async (): Promise<{ host: Host; stop: () => Promise<void> }> => {
  const descriptionFile = process.env['ACCEPTANCE_HOST'];
  if (!descriptionFile) return startEmbedded();
  return { host: JSON.parse(await readFile(descriptionFile, 'utf8')) as Host, stop: async () => {} };
};

/** Runs the suite against the host described in the file `ACCEPTANCE_HOST`, or else against a new embedded host. */
export default async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-'));
  const retryLog = join(folder, 'retries');
  await writeFile(retryLog, '');
  const { host, stop } = await startHost();
  provide('host', host);
  provide('retryLog', retryLog);
  return async () => {
    printRetries(await readFile(retryLog, 'utf8'));
    await rm(folder, { recursive: true });
    await stop();
  };
};
