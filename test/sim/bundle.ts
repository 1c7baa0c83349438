import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { contexts } from '#contexts';
import { entryOf, functionsOf } from '#platform/manifest';

export const ROOT = join(import.meta.dirname, '../..');
const files = [...new Set(functionsOf(...contexts).map((fn) => entryOf(fn).file))];

const backendModule = () => {
  const imports = files.map((file, n) => `import * as entries${n} from './${file}';`);
  return `${imports.join('\n')}
export const entries = { ${files.map((file, n) => `'${file}': entries${n}`).join(', ')} };`;
};

/** The backend under simulation, as a module with every entry point. */
const backend: Plugin = {
  name: 'simulated-backend',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:backend$/ }, ({ path }) => ({ path, namespace: 'simulated' }));
    onLoad({ filter: /.*/, namespace: 'simulated' }, () => ({ contents: backendModule(), resolveDir: ROOT }));
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
