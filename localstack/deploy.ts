import { readdir, readFile } from 'node:fs/promises';
import { run } from './run.ts';
import { readLog } from './server.ts';
import { account, clientEnvironment, home, port, region } from './settings.ts';

export const STAGE = 'localstack';
const CONCURRENT_STACKS = 4;
const assembly = `${home}/cdk.out`;
const outputsFile = `${home}/outputs.json`;

const cdk = (
  args: readonly string[],
  timeoutMs: number,
  where: { readonly cwd?: string; readonly copyTo?: string } = {},
) =>
  run('cdk', args, {
    ...where,
    timeoutMs,
    env: { ...clientEnvironment, LOCALSTACK_PORT: String(port), NO_COLOR: '1' },
  });

// from a folder without a cdk.json: within the project it would synthesise all stacks first
export const bootstrap = () => cdk(['bootstrap', `aws://${account}/${region}`], 120_000, { cwd: home });

export type Outputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Deploys every stack and answers their outputs. What LocalStack only pretends to deploy fails it. */
export const deploy = async (): Promise<Outputs> => {
  const options = ['--require-approval', 'never', '--concurrency', String(CONCURRENT_STACKS), '--progress', 'events'];
  const output = await cdk(
    ['deploy', '--all', '-c', `stage=${STAGE}`, '--output', assembly, '--outputs-file', outputsFile, ...options],
    300_000,
    { copyTo: `${home}/deploy.log` },
  );
  refusePretence('the deployment', output, /fallback/i);
  refusePretence("LocalStack's log", await readLog(), /No resource provider found/);
  return JSON.parse(await readFile(outputsFile, 'utf8'));
};

/** LocalStack deploys a resource type that it does not know as nothing, and says so in passing. */
const refusePretence = (where: string, text: string, sign: RegExp): void => {
  const found = text.split('\n').filter((line) => sign.test(line));
  if (found.length > 0)
    throw new Error(`${where} tells of resources that do not exist:\n${[...new Set(found)].join('\n')}`);
};

export const destroy = async (): Promise<void> => {
  await cdk(['destroy', '--all', '--force', '--app', assembly, '--concurrency', String(CONCURRENT_STACKS)], 180_000, {
    copyTo: `${home}/destroy.log`,
  });
};

export type Template = {
  readonly stack: string;
  readonly resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }>
  >;
};

/** Every template that was deployed. */
export const templates = async (): Promise<readonly Template[]> => {
  const manifest = JSON.parse(await readFile(`${assembly}/manifest.json`, 'utf8'));
  const files = (await readdir(assembly)).filter((file) => file.endsWith('.template.json'));
  const stacks = Object.keys(manifest.artifacts).filter(
    (name) => manifest.artifacts[name].type === 'aws:cloudformation:stack',
  );
  if (stacks.length === 0 || files.length !== stacks.length) {
    throw new Error(`${stacks.length} stacks were synthesised to ${files.length} templates`);
  }
  return Promise.all(
    stacks.map(async (name) => {
      const { properties } = manifest.artifacts[name];
      const template = JSON.parse(await readFile(`${assembly}/${properties.templateFile}`, 'utf8'));
      return { stack: properties.stackName ?? name, resources: template.Resources };
    }),
  );
};
