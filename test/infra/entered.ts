import type { Metafile } from 'esbuild';

const contextOf = (path: string) => /^functions\/([^/]+)\//.exec(path)?.[1];
const offered = (path: string) => /^functions\/[^/]+\/(contract|published)\.ts$/.test(path);
const packageOf = (path: string) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
const copyOf = (path: string) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];

export type Bundle = {
  readonly entry: string;
  readonly bytes: number;
  /** The modules of which something is in the output. */
  readonly entered: ReadonlySet<string>;
};

/** What became of each entry. Paths are relative to the project's root. */
export const bundlesOf = ({ outputs }: Metafile): readonly Bundle[] =>
  Object.values(outputs).flatMap(({ entryPoint: entry, bytes, inputs }) => {
    const entered = new Set(Object.keys(inputs).filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0));
    return entry ? [{ entry, bytes, entered }] : [];
  });

/**
 * Steps over a context's border that the import law forbids, of modules that really entered the bundle: into another context
 * elsewhere than by its contract or what it publishes, and from shared code into any context.
 */
export const trespasses = ({ inputs }: Metafile, { entered }: Bundle): readonly string[] =>
  [...entered].flatMap((from) =>
    (inputs[from]?.imports ?? [])
      .map(({ path }) => path)
      .filter((to) => entered.has(to) && contextOf(to) !== undefined && contextOf(to) !== contextOf(from))
      .filter((to) => contextOf(to) !== 'shared' && (contextOf(from) === 'shared' || !offered(to)))
      .map((to) => `${from} -> ${to}`),
  );

/** The packages that entered, each with the places from which it did. */
export const packagesOf = ({ entered }: Bundle): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  for (const path of entered) {
    const name = packageOf(path);
    const copy = copyOf(path);
    if (name && copy) found.set(name, (found.get(name) ?? new Set()).add(copy));
  }
  return found;
};
