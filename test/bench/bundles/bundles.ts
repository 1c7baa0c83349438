import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { contexts } from '#contexts';
import { type FunctionSpec, variablesOf } from '#platform/manifest';
import { defaultTimes } from '#platform/runtime/times';
import { bundle, bundling } from '../../../lib/bundles.ts';
import { functionsOf } from '../../../lib/deployment.ts';
import { median } from '../median.ts';

/** Where a bundle's bytes come from, in the order of the chart. */
export const origins = ['AWS SDK', 'smithy', 'zod', 'Powertools', 'middy', 'own code', 'other'] as const;
export type Origin = (typeof origins)[number];

export type Bundled = {
  readonly name: string;
  readonly isFunction: boolean;
  readonly hasTable: boolean;
  /** What its init is measured against: the client of the table alone, or with that of mail where it has both. */
  readonly control: string;
  readonly kb: number;
  readonly kbOf: Readonly<Record<Origin, number>>;
  readonly initMs: number;
  /** Of the control's init, in processor time: the median over pairs of loads, one right after the other. */
  readonly initRatio: number;
};

/** Clients as the functions make them, bundled as they are, and nothing else: that of the table, and the one that mails beside it. */
const CONTROLS = {
  table: {
    name: 'client of the table alone',
    contents: "import { db } from '#platform/runtime/clients/db'; export const handler = db();",
  },
  mail: {
    name: 'clients of table and mail alone',
    contents:
      "import { db } from '#platform/runtime/clients/db'; import { mail } from '#platform/runtime/clients/mail'; export const handler = [db(), mail()];",
  },
};
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
    variables.map((name) => [name, name === 'TIMES' ? JSON.stringify(defaultTimes) : `arn:aws:${name}`]),
  ),
});

type Load = { readonly ms: number; readonly cpuMs: number };

/** Loads a bundle in a process of its own, as Lambda's init does: the handler is made, no call goes out. */
const load = ({ file, env }: Pick<Built, 'file' | 'env'>): Load => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', LOAD, file], {
    ...{ env, encoding: 'utf8', timeout: LOAD_MS },
  });
  if (status !== 0) throw new Error(`${file} does not load: ${stderr}`);
  return JSON.parse(stdout);
};

const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

type Built = {
  readonly name: string;
  readonly output: Metafile['outputs'][string];
  readonly file: string;
  readonly env: Record<string, string>;
};

const controlOf = (outdir: string, { name, contents }: (typeof CONTROLS)[keyof typeof CONTROLS]): Built => {
  const file = join(outdir, `${name}.js`);
  const stdin = { contents, resolveDir: bundling.absWorkingDir };
  const [output] = Object.values(buildSync({ ...bundling, outfile: file, metafile: true, stdin }).metafile.outputs);
  if (!output) throw new Error(`${name} was not bundled`);
  return { name, output, file, env: environment(name, []) };
};

/** Each with what it is measured against. */
const bundles = (outdir: string): readonly (Built & { readonly control: Built; readonly isFunction: boolean })[] => {
  const { outputs } = bundle(contexts, outdir);
  const [table, mail] = [controlOf(outdir, CONTROLS.table), controlOf(outdir, CONTROLS.mail)];
  const functions = functionsOf(...contexts).map(({ id, spec }: { id: string; spec: FunctionSpec }) => {
    const output = Object.values(outputs).find(({ entryPoint }) => entryPoint === spec.entry);
    if (!output) throw new Error(`${spec.entry} was not bundled`);
    const env = environment(id, variablesOf(spec, workflows));
    const control = spec.sendsMail ? mail : table;
    return { name: id, output, file: join(outdir, id, 'index.js'), env, control, isFunction: true };
  });
  return [
    { ...table, control: table, isFunction: false },
    { ...mail, control: table, isFunction: false },
    ...functions,
  ];
};

/** All functions as they are deployed, the controls first, each loaded right after its control in every round. */
export const measureBundles = (rounds: number): readonly Bundled[] => {
  const outdir = mkdtempSync(join(tmpdir(), 'breakwater-bench-'));
  try {
    const all = bundles(outdir);
    const pairs = all.map(() => [] as { readonly alone: Load; readonly its: Load }[]);
    // the first round fills the machine's caches
    for (let round = 0; round <= rounds; round += 1)
      for (const [nth, one] of all.entries()) {
        const pair = { alone: load(one.control), its: load(one) };
        if (round > 0) pairs[nth]?.push(pair);
      }
    return all.map(({ name, output, control, isFunction }, nth) => {
      const its = pairs[nth] ?? [];
      return {
        ...{ name, isFunction, control: control.name },
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
