// The entry point of `npm run release:names`: writes the names that this release deploys, over those of the last one.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { namesOf, nextRelease, type ReleaseNames } from './release-names.ts';
import { allStages } from './synthesis.ts';

const FILE = join(import.meta.dirname, 'release-names.json');

const readLast = async (): Promise<ReleaseNames | undefined> => {
  try {
    return JSON.parse(await readFile(FILE, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const last = await readLast();
const current = namesOf(allStages());
try {
  const next = nextRelease(packageJson.version, last, current);
  await writeFile(FILE, `${JSON.stringify(next, null, 2)}\n`);
  console.log(`${FILE} has the names of release ${next.release}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
