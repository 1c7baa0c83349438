import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';
import type { FunctionId, Manifest } from '#shared/manifest';
import { functionsOf } from './deployment.ts';

/** CommonJS made from ES modules: smaller than CommonJS from CommonJS, faster to load than ES modules. */
export const bundling = {
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  /** Of no use in Lambda, and large: see there. */
  alias: {
    '@aws-sdk/credential-provider-node': fileURLToPath(
      new URL('../functions/shared/aws/credentials.ts', import.meta.url),
    ),
  },
  minify: true,
  legalComments: 'none',
} as const satisfies BuildOptions;

/** Bundles all functions at once, each to `<outdir>/<id>/index.js`; says what entered each. */
export const bundle = (manifests: readonly Manifest[], outdir: string): Metafile =>
  buildSync({
    ...bundling,
    outdir,
    metafile: true,
    entryPoints: Object.fromEntries(functionsOf(...manifests).map(({ id, spec }) => [`${id}/index`, spec.entry])),
  }).metafile;

/** The code of each function, bundled. */
export const bundled = (manifests: readonly Manifest[], outdir: string) => {
  bundle(manifests, outdir);
  return (id: FunctionId) => Code.fromAsset(join(outdir, id));
};
