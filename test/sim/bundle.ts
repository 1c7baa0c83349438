import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { manifests } from '#manifests';
import type { FunctionSpec } from '#shared/manifest';

export const ROOT = join(import.meta.dirname, '../..');
const paths = {
  entries: manifests.flatMap(({ functions }) => Object.values<FunctionSpec>(functions).map(({ entry }) => entry)),
  texts: manifests.flatMap(({ workflows = {} }) => Object.values(workflows).map(({ definition }) => definition)),
};

const moduleOf = () => {
  const imports = [
    ...paths.entries.map((path, n) => `import * as entry${n} from './${path}';`),
    ...paths.texts.map((path, n) => `import text${n} from './${path}';`),
  ];
  const entries = paths.entries.map((path, n) => `'${path}': entry${n}`);
  const texts = paths.texts.map((path, n) => `'${path}': JSON.stringify(text${n})`);
  return `${imports.join('\n')}
export const entries = { ${entries.join(', ')} };
export const texts = { ${texts.join(', ')} };`;
};

/** The backend under simulation, as a module that brings every function and every saga. */
const backend: Plugin = {
  name: 'simulated-backend',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:backend$/ }, ({ path }) => ({ path, namespace: 'simulated' }));
    onLoad({ filter: /.*/, namespace: 'simulated' }, () => ({ contents: moduleOf(), resolveDir: ROOT }));
  },
};

export type Bundle = { readonly path: string; readonly remove: () => Promise<void> };

/** A worker with the whole backend in one file, as these plugins change it. */
export const bundle = async (plugins: readonly Plugin[] = []): Promise<Bundle> => {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-sim-'));
  const path = join(folder, 'worker.mjs');
  await build({
    entryPoints: [join(ROOT, 'test/sim/worker.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    sourcemap: 'inline',
    sourcesContent: false,
    mainFields: ['module', 'main'],
    // what is CommonJS among the packages asks for Node's modules by `require`
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    plugins: [...plugins, backend],
    logLevel: 'error',
  });
  return { path, remove: () => rm(folder, { recursive: true }) };
};
