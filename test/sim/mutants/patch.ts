import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Loader, Plugin } from 'esbuild';
import type { Mutant } from './mutant.ts';

/** The source with the bug in it; throws where the patch does not fit exactly once. */
export const patched = ({ name, file, from, to }: Mutant, source: string): string => {
  const times = source.split(from).length - 1;
  if (times !== 1)
    throw new Error(`mutant ${name}: its text occurs ${times} times in ${file}; mend the mutant's patch`);
  return source.replace(from, () => to);
};

/** Plants the bug in whatever is bundled of the project at `root`. */
export const planting = (root: string, mutant: Mutant): Plugin => {
  const path = join(root, mutant.file);
  return {
    name: `mutant-${mutant.name}`,
    setup: ({ onLoad }) =>
      onLoad({ filter: /[/\\]functions[/\\]/ }, async (file) => {
        if (file.path !== path) return undefined;
        const contents = patched(mutant, await readFile(path, 'utf8'));
        return { contents, loader: extname(path).slice(1) as Loader };
      }),
  };
};
