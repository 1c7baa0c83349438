import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { Mutant } from './mutant.ts';

/** The source with the mutant in it. Throws if a part of the patch does not match exactly once. */
export const applyPatch = ({ name, file, from, to, also = [] }: Mutant, source: string): string =>
  [{ from, to }, ...also].reduce((text, change) => {
    const occurrences = text.split(change.from).length - 1;
    if (occurrences !== 1)
      throw new Error(`mutant ${name}: its text occurs ${occurrences} times in ${file}; update the mutant's patch`);
    return text.replace(change.from, () => change.to);
  }, source);

/** Plants the mutant in a bundle of the project at `root`. */
export const mutantPlugin = (root: string, mutant: Mutant): Plugin => {
  const path = join(root, mutant.file);
  return {
    name: `mutant-${mutant.name}`,
    setup: ({ onLoad }) =>
      onLoad({ filter: /[/\\]functions[/\\]/ }, async (file) =>
        file.path === path ? { contents: applyPatch(mutant, await readFile(path, 'utf8')), loader: 'ts' } : undefined,
      ),
  };
};
