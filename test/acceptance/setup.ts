import { readFile } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from './embedded.ts';
import type { Host } from './host.ts';

/** Runs the suite against the host that the file `ACCEPTANCE_HOST` describes, else against an embedded one of its own. */
export default async ({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> => {
  const described = process.env['ACCEPTANCE_HOST'];
  if (described) {
    provide('host', JSON.parse(await readFile(described, 'utf8')) as Host);
    return undefined;
  }
  const { host, stop } = await startEmbedded();
  provide('host', host);
  return stop;
};
