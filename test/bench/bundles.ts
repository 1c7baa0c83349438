import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { manifests } from '#manifests';
import { type FunctionSpec, variablesOf } from '#shared/manifest';
import { usualTimes } from '#shared/times';
import { bundle, bundling } from '../../lib/bundles.ts';
import { functionsOf } from '../../lib/deployment.ts';
import { median } from './median.ts';

/** Where a bundle's bytes come from, in the order of the chart. */
export const origins = ['AWS SDK', 'smithy', 'zod', 'Powertools', 'middy', 'own code', 'other'] as const;
export type Origin = (typeof origins)[number];

export type Bundled = {
  readonly name: string;
  readonly kb: number;
  readonly kbOf: Readonly<Record<Origin, number>>;
  readonly initMs: number;
  /** Of the control's init, in processor time: the median over pairs of loads, one right after the other. */
  readonly initRatio: number;
  readonly hasTable: boolean;
};

/** The client of the table as every function makes it, bundled as they are, and nothing else. */
export const CONTROL = 'client alone';
const CONTROL_SOURCE = "import { db } from '#shared/aws/db'; export const handler = db();";
const LOAD = `const [begun, before] = [performance.now(), process.cpuUsage()];
if (!require(process.argv[1]).handler) throw new Error('it made no handler');
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ ms: performance.now() - begun, cpuMs: (user + system) / 1_000 }));
process.exit(0);`;
const LOAD_MS = 30_000;

const ORIGINS: readonly (readonly [RegExp, Origin])[] = [
  [/node_modules\/@(smithy|aws-crypto)\//, 'smithy'],
  [/node_modules\/@aws(-sdk)?\//, 'AWS SDK'],
  [/node_modules\/zod\//, 'zod'],
  [/node_modules\/@aws-lambda-powertools\//, 'Powertools'],
  [/node_modules\/@middy\//, 'middy'],
  [/^functions\//, 'own code'],
];
const originOf = (path: string): Origin => ORIGINS.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';

const kbOf = ({ inputs }: Metafile['outputs'][string]) => {
  const kb = Object.fromEntries(origins.map((origin) => [origin, 0])) as Record<Origin, number>;
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) kb[originOf(path)] += bytesInOutput / 1_024;
  return kb;
};

/** What Lambda sets, as far as a module's load asks for it. */
const environment = (id: string, variables: readonly string[]) => ({
  PATH: process.env['PATH'] ?? '',
  AWS_LAMBDA_FUNCTION_NAME: id,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  ...Object.fromEntries(
    variables.map((name) => [name, name === 'TIMES' ? JSON.stringify(usualTimes) : `arn:aws:${name}`]),
  ),
});

type Load = { readonly ms: number; readonly cpuMs: number };

/** Loads a bundle in a process of its own, as Lambda's init does: the handler is made, no call goes out. */
const load = (file: string, env: Record<string, string>): Load => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', LOAD, file], {
    ...{ env, encoding: 'utf8', timeout: LOAD_MS },
  });
  if (status !== 0) throw new Error(`${file} does not load: ${stderr}`);
  return JSON.parse(stdout);
};

const workflows = manifests.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

const bundles = (outdir: string) => {
  const { outputs } = bundle(manifests, outdir);
  const control = join(outdir, 'control.js');
  const alone = buildSync({
    ...{ ...bundling, outfile: control, metafile: true },
    stdin: { contents: CONTROL_SOURCE, resolveDir: bundling.absWorkingDir },
  });
  const functions = functionsOf(...manifests).map(({ id, spec }: { id: string; spec: FunctionSpec }) => {
    const [output] = Object.values(outputs).filter(({ entryPoint }) => entryPoint === spec.entry);
    if (!output) throw new Error(`${spec.entry} was not bundled`);
    return { name: id, file: join(outdir, id, 'index.js'), output, variables: variablesOf(spec, workflows) };
  });
  const [output] = Object.values(alone.metafile.outputs);
  if (!output) throw new Error('the control was not bundled');
  return { control: { name: CONTROL, file: control, output, variables: [] }, functions };
};

/** All functions as they are deployed, the control first, each loaded beside the control in every round. */
export const measureBundles = (rounds: number): readonly Bundled[] => {
  const outdir = mkdtempSync(join(tmpdir(), 'breakwater-bench-'));
  try {
    const { control, functions } = bundles(outdir);
    const all = [control, ...functions].map((one) => ({ ...one, env: environment(one.name, one.variables) }));
    const pairs = all.map(() => [] as { readonly alone: Load; readonly its: Load }[]);
    // the first round fills the machine's caches
    for (let round = 0; round <= rounds; round += 1)
      for (const [nth, { file, env }] of all.entries()) {
        const pair = { alone: load(control.file, environment(CONTROL, [])), its: load(file, env) };
        if (round > 0) pairs[nth]?.push(pair);
      }
    return all.map(({ name, output }, nth) => {
      const its = pairs[nth] ?? [];
      return {
        name,
        kb: output.bytes / 1_024,
        kbOf: kbOf(output),
        initMs: median(its.map((pair) => pair.its.ms)),
        initRatio: median(its.map((pair) => pair.its.cpuMs / pair.alone.cpuMs)),
        hasTable: Object.keys(output.inputs).some((path) => path.includes('@aws-sdk/client-dynamodb/')),
      };
    });
  } finally {
    rmSync(outdir, { recursive: true });
  }
};
