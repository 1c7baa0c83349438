import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';
import { entryOf, type FunctionId, functionsOf, type Manifest, type NamedFunction } from '#platform/manifest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RUNTIME = join(ROOT, 'functions/platform/runtime');

/** Bundles ES modules into CommonJS: smaller than bundles of CommonJS modules, and faster to load than ES modules (ADR 11). */
export const bundling = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // parts of the SDK that Lambda never needs
  alias: {
    '@aws-sdk/credential-provider-node': join(RUNTIME, 'credentials.ts'),
    '@aws-sdk/middleware-endpoint-discovery': join(RUNTIME, 'endpoint-discovery.ts'),
  },
  minify: true,
  legalComments: 'none',
} as const satisfies BuildOptions;

/** The module that Lambda loads: it builds one entry point's handler. esbuild drops the file's other entry points. */
const lambdaModule = (fn: NamedFunction) => {
  const { file, exportName } = entryOf(fn);
  return `import { ${exportName} as entry } from ${JSON.stringify(join(ROOT, file))};
import { handlerOnAws } from ${JSON.stringify(join(RUNTIME, 'aws.ts'))};
export const handler = handlerOnAws(entry);
`;
};

/** Bundles every function at once, each to `<outdir>/<id>/index.js`. The metafile lists what each bundle contains. */
export const bundle = (manifests: readonly Manifest[], outdir: string): Metafile => {
  const modules = join(outdir, 'modules');
  mkdirSync(modules, { recursive: true });
  const entryPoints = functionsOf(...manifests).map((fn) => {
    const file = join(modules, `${fn.id}.ts`);
    writeFileSync(file, lambdaModule(fn));
    return [`${fn.id}/index`, file] as const;
  });
  return buildSync({ ...bundling, outdir, metafile: true, entryPoints: Object.fromEntries(entryPoints) }).metafile;
};

const VERSION_LENGTH = 12;

/** A digest of these functions' bundles. It depends on nothing but their code. */
export const codeVersionOf = (manifests: readonly Manifest[], outdir: string): string => {
  const hash = createHash('sha256');
  for (const { id } of functionsOf(...manifests))
    hash.update(`${id}\0`).update(readFileSync(join(outdir, id, 'index.js')));
  return hash.digest('hex').slice(0, VERSION_LENGTH);
};

/** Bundles every function, and returns the code of each and the version of all. */
export const bundledCode = (manifests: readonly Manifest[], outdir: string) => {
  bundle(manifests, outdir);
  return {
    code: (id: FunctionId) => Code.fromAsset(join(outdir, id)),
    codeVersion: codeVersionOf(manifests, outdir),
  };
};
