import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { contexts } from '#contexts';
import { entryOf, functionsOf } from '#platform/manifest';

export const ROOT = join(import.meta.dirname, '../..');
const entryFiles = [...new Set(functionsOf(...contexts).map((fn) => entryOf(fn).file))];

const backendSource = () => {
  const imports = entryFiles.map((file, n) => `import * as entries${n} from './${file}';`);
  return `${imports.join('\n')}
export const entries = { ${entryFiles.map((file, n) => `'${file}': entries${n}`).join(', ')} };`;
};

/** Generates `virtual:backend`, a module with every entry point of the backend. */
const backendPlugin: Plugin = {
  name: 'simulated-backend',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:backend$/ }, ({ path }) => ({ path, namespace: 'simulated' }));
    onLoad({ filter: /.*/, namespace: 'simulated' }, () => ({ contents: backendSource(), resolveDir: ROOT }));
  },
};

export type Bundle = { readonly path: string; readonly remove: () => Promise<void> };

/** Bundles a worker and the whole backend into one file. The plugins can change sources, for example to plant a mutant. */
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
    // packages in CommonJS load Node's modules with `require`, which an ES module lacks
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    plugins: [...plugins, backendPlugin],
    logLevel: 'error',
  });
  return { path, remove: () => rm(folder, { recursive: true }) };
};
