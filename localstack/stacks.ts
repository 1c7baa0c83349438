import { readdir, readFile } from 'node:fs/promises';
import { type RunOptions, runCommand } from './run-command.ts';
import { readLog } from './server.ts';
import { account, clientEnvironment, home, port, region } from './settings.ts';

export const STAGE = 'localstack';
const MAX_CONCURRENT_STACKS = 4;
const assemblyFolder = `${home}/cdk.out`;
const outputsFile = `${home}/outputs.json`;

const runCdk = (args: readonly string[], options: RunOptions) =>
  runCommand('cdk', args, {
    ...options,
    env: { ...clientEnvironment, LOCALSTACK_PORT: String(port), NO_COLOR: '1' },
  });

// runs in a folder without a cdk.json: in the project's folder, the CDK would synthesise all stacks first
export const bootstrap = () => runCdk(['bootstrap', `aws://${account}/${region}`], { timeoutMs: 120_000, cwd: home });

/** The outputs of each stack, by the names of stack and output. */
export type StackOutputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Deploys every stack and returns their outputs. Fails if LocalStack only pretends to deploy a resource. */
export const deploy = async (): Promise<StackOutputs> => {
  const options = [
    '--require-approval',
    'never',
    '--concurrency',
    String(MAX_CONCURRENT_STACKS),
    '--progress',
    'events',
  ];
  const output = await runCdk(
    ['deploy', '--all', '-c', `stage=${STAGE}`, '--output', assemblyFolder, '--outputs-file', outputsFile, ...options],
    { timeoutMs: 300_000, outputFile: `${home}/deploy.log` },
  );
  rejectPretendedResources('The output of the deployment', output, /fallback/i);
  rejectPretendedResources("LocalStack's log", await readLog(), /No resource provider found/);
  return JSON.parse(await readFile(outputsFile, 'utf8'));
};

/** LocalStack reports success for a resource of a type that it does not know, and creates nothing. Only a log line says so. */
const rejectPretendedResources = (source: string, text: string, pattern: RegExp): void => {
  const lines = text.split('\n').filter((line) => pattern.test(line));
  if (lines.length > 0)
    throw new Error(`${source} names resources that do not exist:\n${[...new Set(lines)].join('\n')}`);
};

export const destroy = async (): Promise<void> => {
  await runCdk(
    ['destroy', '--all', '--force', '--app', assemblyFolder, '--concurrency', String(MAX_CONCURRENT_STACKS)],
    { timeoutMs: 180_000, outputFile: `${home}/destroy.log` },
  );
};

export type Template = {
  readonly stack: string;
  readonly resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }>
  >;
};

/** Reads the template of every deployed stack. */
export const readTemplates = async (): Promise<readonly Template[]> => {
  const manifest = JSON.parse(await readFile(`${assemblyFolder}/manifest.json`, 'utf8'));
  const files = (await readdir(assemblyFolder)).filter((file) => file.endsWith('.template.json'));
  const stacks = Object.keys(manifest.artifacts).filter(
    (name) => manifest.artifacts[name].type === 'aws:cloudformation:stack',
  );
  if (stacks.length === 0 || files.length !== stacks.length) {
    throw new Error(`${stacks.length} stacks were synthesised to ${files.length} templates`);
  }
  return Promise.all(
    stacks.map(async (name) => {
      const { properties } = manifest.artifacts[name];
      const template = JSON.parse(await readFile(`${assemblyFolder}/${properties.templateFile}`, 'utf8'));
      return { stack: properties.stackName ?? name, resources: template.Resources };
    }),
  );
};
