import { basename, dirname } from 'node:path';
import type { Metafile } from 'esbuild';

const contextOf = (path: string) => /^functions\/([^/]+)\//.exec(path)?.[1];
const isOffered = (path: string) => /^functions\/[^/]+\/(contract|errors|public)\.ts$/.test(path);
const packageOf = (path: string) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
const copyOf = (path: string) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];

export type Bundle = {
  /** The function. */
  readonly id: string;
  readonly bytes: number;
  /** The project's modules and packages of which something is in the output. */
  readonly entered: ReadonlySet<string>;
};

/** What each function's bundle contains. Paths are relative to the project's root; the generated module is left out. */
export const bundlesOf = ({ outputs }: Metafile): readonly Bundle[] =>
  Object.entries(outputs).map(([output, { entryPoint, bytes, inputs }]) => {
    const entered = Object.keys(inputs).filter((path) => path !== entryPoint && (inputs[path]?.bytesInOutput ?? 0) > 0);
    return { id: basename(dirname(output)), bytes, entered: new Set(entered) };
  });

/**
 * Imports across contexts that the import law forbids, among the modules that really entered the bundle: of another context's module
 * that is not its contract, its errors or its public part, and of any context by the platform.
 */
export const forbiddenImports = ({ inputs }: Metafile, { entered }: Bundle): readonly string[] =>
  [...entered].flatMap((from) =>
    (inputs[from]?.imports ?? [])
      .map(({ path }) => path)
      .filter((to) => entered.has(to) && contextOf(to) !== undefined && contextOf(to) !== contextOf(from))
      .filter((to) => contextOf(to) !== 'platform' && (contextOf(from) === 'platform' || !isOffered(to)))
      .map((to) => `${from} -> ${to}`),
  );

/** The packages that entered, each with the folders that it came from. */
export const packagesOf = ({ entered }: Bundle): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  for (const path of entered) {
    const name = packageOf(path);
    const copy = copyOf(path);
    if (name && copy) found.set(name, (found.get(name) ?? new Set()).add(copy));
  }
  return found;
};
