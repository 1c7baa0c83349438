import { basename, dirname } from 'node:path';
import type { Metafile } from 'esbuild';

const contextOf = (path: string) => /^functions\/([^/]+)\//.exec(path)?.[1];
const isOffered = (path: string) => /^functions\/[^/]+\/(contract|errors|public)\.ts$/.test(path);
const packageOf = (path: string) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
const folderOf = (path: string) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];

export type Bundle = {
  /** The function. */
  readonly id: string;
  readonly bytes: number;
  /** The paths of all modules that contribute code to it. */
  readonly contents: ReadonlySet<string>;
};

/** What each function's bundle contains, without the generated entry module. Paths are relative to the project's root. */
export const bundlesOf = ({ outputs }: Metafile): readonly Bundle[] =>
  Object.entries(outputs).map(([output, { entryPoint, bytes, inputs }]) => {
    const contents = Object.keys(inputs).filter(
      (path) => path !== entryPoint && (inputs[path]?.bytesInOutput ?? 0) > 0,
    );
    return { id: basename(dirname(output)), bytes, contents: new Set(contents) };
  });

/**
 * Imports across contexts that the import law forbids, among the modules that the bundle really contains: of a module of another context
 * that is not its contract, errors or public module, and of any context by the platform.
 */
export const forbiddenImports = ({ inputs }: Metafile, { contents }: Bundle): readonly string[] =>
  [...contents].flatMap((from) =>
    (inputs[from]?.imports ?? [])
      .map(({ path }) => path)
      .filter((to) => contents.has(to) && contextOf(to) !== undefined && contextOf(to) !== contextOf(from))
      .filter((to) => contextOf(to) !== 'platform' && (contextOf(from) === 'platform' || !isOffered(to)))
      .map((to) => `${from} -> ${to}`),
  );

/** The packages in a bundle, each with the folders that its modules come from. */
export const packagesOf = ({ contents }: Bundle): ReadonlyMap<string, ReadonlySet<string>> => {
  const packages = new Map<string, Set<string>>();
  for (const path of contents) {
    const name = packageOf(path);
    const folder = folderOf(path);
    if (name && folder) packages.set(name, (packages.get(name) ?? new Set()).add(folder));
  }
  return packages;
};
