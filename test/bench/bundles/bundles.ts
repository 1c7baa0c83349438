import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { contexts } from '#contexts';
import { functionsOf, variablesOf } from '#platform/manifest';
import { defaultTimes } from '#platform/runtime/times';
import { bundle, bundling } from '../../../lib/bundles.ts';
import { median } from '../statistics.ts';

/** The origins of a bundle's bytes, in the order of the chart. */
export const origins = ['AWS SDK', 'smithy', 'zod', 'Powertools', 'middy', 'own code', 'other'] as const;
export type Origin = (typeof origins)[number];

export type BundleMeasurement = {
  readonly name: string;
  readonly isFunction: boolean;
  readonly hasTable: boolean;
  /** The bundle that its init is compared with: only the table's client, or also the mail client if the function has both. */
  readonly control: string;
  readonly kb: number;
  readonly kbByOrigin: Readonly<Record<Origin, number>>;
  readonly initMs: number;
  /** Processor time relative to the control's: the median over pairs of loads, one right after the other. */
  readonly initRatio: number;
};

/** Bundles of nothing but clients, created and bundled as in the functions: the table's, and the table's with the mail client. */
const CONTROLS = {
  table: {
    name: 'only the table client',
    contents: "import { db } from '#platform/runtime/db'; export const handler = db();",
  },
  mail: {
    name: 'only the table and mail clients',
    contents:
      "import { db } from '#platform/runtime/db'; import { mail } from '#platform/runtime/clients'; export const handler = [db(), mail()];",
  },
};
const LOAD_SCRIPT = `const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
if (!require(process.argv[1]).handler) throw new Error('the bundle exports no handler');
const { user, system } = process.cpuUsage(cpuBefore);
process.stdout.write(JSON.stringify({ ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000 }));
process.exit(0);`;
const LOAD_TIMEOUT_MS = 30_000;

const ORIGIN_PATTERNS: readonly (readonly [RegExp, Origin])[] = [
  [/node_modules\/@(smithy|aws-crypto)\//, 'smithy'],
  [/node_modules\/@aws(-sdk)?\//, 'AWS SDK'],
  [/node_modules\/zod\//, 'zod'],
  [/node_modules\/@aws-lambda-powertools\//, 'Powertools'],
  [/node_modules\/@middy\//, 'middy'],
  [/^functions\//, 'own code'],
];
const originOf = (path: string): Origin => ORIGIN_PATTERNS.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';

const kbByOriginOf = ({ inputs }: Metafile['outputs'][string]) => {
  const kb = Object.fromEntries(origins.map((origin) => [origin, 0])) as Record<Origin, number>;
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) kb[originOf(path)] += bytesInOutput / 1_024;
  return kb;
};

/** The variables that Lambda sets and that modules read while they load. */
const environmentOf = (id: string, variables: readonly string[]) => ({
  PATH: process.env['PATH'] ?? '',
  AWS_LAMBDA_FUNCTION_NAME: id,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  ...Object.fromEntries(
    variables.map((name) => [name, name === 'TIMES' ? JSON.stringify(defaultTimes) : `arn:aws:${name}`]),
  ),
});

type LoadTime = { readonly ms: number; readonly cpuMs: number };

/** Loads a bundle in its own process, as Lambda's init does: this creates the handler and makes no call. */
const measureLoad = ({ file, env }: Pick<Bundle, 'file' | 'env'>): LoadTime => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', LOAD_SCRIPT, file], {
    ...{ env, encoding: 'utf8', timeout: LOAD_TIMEOUT_MS },
  });
  if (status !== 0) throw new Error(`${file} does not load: ${stderr}`);
  return JSON.parse(stdout);
};

const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

type Bundle = {
  readonly name: string;
  readonly output: Metafile['outputs'][string];
  readonly file: string;
  readonly env: Record<string, string>;
};

const buildControl = (outdir: string, { name, contents }: (typeof CONTROLS)[keyof typeof CONTROLS]): Bundle => {
  const file = join(outdir, `${name}.js`);
  const stdin = { contents, resolveDir: bundling.absWorkingDir };
  const [output] = Object.values(buildSync({ ...bundling, outfile: file, metafile: true, stdin }).metafile.outputs);
  if (!output) throw new Error(`${name} was not bundled`);
  return { name, output, file, env: environmentOf(name, []) };
};

/** All bundles, each with its control. */
const buildBundles = (
  outdir: string,
): readonly (Bundle & { readonly control: Bundle; readonly isFunction: boolean })[] => {
  const { outputs } = bundle(contexts, outdir);
  const [table, mail] = [buildControl(outdir, CONTROLS.table), buildControl(outdir, CONTROLS.mail)];
  const functions = functionsOf(...contexts).map(({ id, spec }) => {
    const output = Object.entries(outputs).find(([path]) => path.endsWith(`/${id}/index.js`))?.[1];
    if (!output) throw new Error(`${id} was not bundled`);
    const env = environmentOf(id, variablesOf(spec, workflows));
    const control = spec.sendsMail ? mail : table;
    return { name: id, output, file: join(outdir, id, 'index.js'), env, control, isFunction: true };
  });
  return [
    { ...table, control: table, isFunction: false },
    { ...mail, control: table, isFunction: false },
    ...functions,
  ];
};

/** Measures the controls and then all functions as they are deployed. In every round, each is loaded right after its control. */
export const measureBundles = (rounds: number): readonly BundleMeasurement[] => {
  const outdir = mkdtempSync(join(tmpdir(), 'breakwater-bench-'));
  try {
    const bundles = buildBundles(outdir);
    const pairsByBundle = bundles.map(() => [] as { readonly control: LoadTime; readonly bundle: LoadTime }[]);
    // the first round fills the machine's caches
    for (let round = 0; round <= rounds; round += 1)
      for (const [nth, built] of bundles.entries()) {
        const pair = { control: measureLoad(built.control), bundle: measureLoad(built) };
        if (round > 0) pairsByBundle[nth]?.push(pair);
      }
    return bundles.map(({ name, output, control, isFunction }, nth) => {
      const pairs = pairsByBundle[nth] ?? [];
      return {
        ...{ name, isFunction, control: control.name },
        kb: output.bytes / 1_024,
        kbByOrigin: kbByOriginOf(output),
        initMs: median(pairs.map((pair) => pair.bundle.ms)),
        initRatio: median(pairs.map((pair) => pair.bundle.cpuMs / pair.control.cpuMs)),
        hasTable: Object.keys(output.inputs).some((path) => path.includes('@aws-sdk/client-dynamodb/')),
      };
    });
  } finally {
    rmSync(outdir, { recursive: true });
  }
};
