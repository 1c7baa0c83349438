import { readFile } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from './embedded.ts';
import type { Host } from './host.ts';

/** Runs the suite against the host described in the file `ACCEPTANCE_HOST`, or else against a new embedded host. */
export default async ({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> => {
  const descriptionFile = process.env['ACCEPTANCE_HOST'];
  if (descriptionFile) {
    provide('host', JSON.parse(await readFile(descriptionFile, 'utf8')) as Host);
    return undefined;
  }
  const { host, stop } = await startEmbedded();
  provide('host', host);
  return stop;
};
