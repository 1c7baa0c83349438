import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { findPrerequisites } from './prerequisites.ts';
import { runCommand } from './run-command.ts';
import { filesystem, home, libraries, project, python } from './settings.ts';

const sourceFolder = `${project}localstack`;
const dynamoDbFolder = `${libraries}/dynamodb-local/2`;
const jsonataFolder = `${libraries}/jsonata/0.9.7`;
const JACKSON = ['core', 'annotations', 'databind'].map((part) => `com.fasterxml.jackson.core:jackson-${part}:2.16.2`);
const BYTE_BUDDY_AGENT = '1.15.11';
const DYNAMODB_PACKAGE = 'amplify-dynamodb-simulator@2.9.30';

const pipInstall = (...args: string[]) =>
  runCommand(python, ['-m', 'pip', 'install', '-q', ...args], { timeoutMs: 400_000 });

const copyMavenArtifact = (artifact: string, outputDirectory: string) =>
  runCommand(
    'mvn',
    [
      '-q',
      '-B',
      '-ntp',
      'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy',
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${outputDirectory}`,
    ],
    { timeoutMs: 180_000 },
  );

/** A digest of the files: a step runs again when its input has changed. */
const digestFiles = async (paths: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(path).update(await readFile(path));
  return hash.digest('hex');
};

/** Runs a step unless it has already completed with the same input. An interrupted step runs again from its start. */
const runOnce = async (name: string, input: string, step: () => Promise<void>): Promise<void> => {
  const marker = `${home}/done/${name}`;
  if ((await readFile(marker, 'utf8').catch(() => undefined)) === input) return;
  console.log(`installing ${name}`);
  await step();
  await mkdir(`${home}/done`, { recursive: true });
  await writeFile(marker, input);
};

const installPython = async (interpreter: string): Promise<void> => {
  await rm(`${home}/venv`, { recursive: true, force: true });
  await runCommand(interpreter, ['-m', 'venv', `${home}/venv`], { timeoutMs: 60_000 });
  // the lock file lists every package, so pip resolves nothing; Python compiles a module when it first loads it
  await pipInstall('--no-deps', '--no-compile', '-r', `${sourceFolder}/requirements.lock`);
};

const installPlugin = async (): Promise<void> => {
  // build a copy: setuptools writes files next to the sources
  const buildFolder = `${home}/plugin`;
  await rm(buildFolder, { recursive: true, force: true });
  await cp(`${sourceFolder}/plugin`, buildFolder, { recursive: true });
  await pipInstall('--no-deps', '--no-build-isolation', '--force-reinstall', buildFolder);
};

const installDynamoDb = async (): Promise<void> => {
  const packageFolder = `${home}/dynamodb`;
  await rm(packageFolder, { recursive: true, force: true });
  await rm(dynamoDbFolder, { recursive: true, force: true });
  await mkdir(packageFolder, { recursive: true });
  await runCommand('npm', ['pack', '--silent', DYNAMODB_PACKAGE], { cwd: packageFolder, timeoutMs: 180_000 });
  const [archive = ''] = await readdir(packageFolder);
  await runCommand('tar', ['xzf', archive], { cwd: packageFolder, timeoutMs: 60_000 });
  await cp(`${packageFolder}/package/emulator`, dynamoDbFolder, { recursive: true });
  await rm(packageFolder, { recursive: true });
  // LocalStack starts DynamoDB Local with a Java agent of its own, which only lifts the limit of 20 indexes: any agent will do
  await copyMavenArtifact(`net.bytebuddy:byte-buddy-agent:${BYTE_BUDDY_AGENT}`, dynamoDbFolder);
  await rename(
    `${dynamoDbFolder}/byte-buddy-agent-${BYTE_BUDDY_AGENT}.jar`,
    `${dynamoDbFolder}/ddb-local-loader-0.1.jar`,
  );
};

const installJsonata = async (): Promise<void> => {
  for (const artifact of ['com.dashjoin:jsonata:0.9.7', ...JACKSON]) await copyMavenArtifact(artifact, jsonataFolder);
};

/** Installs LocalStack into `.localstack/`, with the parts that it would download when it needs them. Skips completed steps. */
export const install = async (): Promise<void> => {
  const { python: interpreter, javaHome } = await findPrerequisites();
  await Promise.all([mkdir(`${filesystem}/tmp`, { recursive: true }), mkdir(`${libraries}/java`, { recursive: true })]);
  // without this file, Node would take the unpacked functions for ES modules, because the project's package.json says so
  await writeFile(`${filesystem}/package.json`, '{}');
  const sources = await readdir(`${sourceFolder}/plugin`, { recursive: true, withFileTypes: true });
  const pluginFiles = sources.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
  const requirementsDigest = await digestFiles([`${sourceFolder}/requirements.lock`]);
  const pluginDigest = requirementsDigest + (await digestFiles(pluginFiles.sort()));
  // the Python and the Java parts are installed concurrently; the two Java parts are not, because Maven must not run twice at once
  const installPythonParts = async () => {
    await runOnce('LocalStack', requirementsDigest, () => installPython(interpreter));
    await runOnce('the Lambda executor', pluginDigest, installPlugin);
  };
  const installJavaParts = async () => {
    await runOnce('DynamoDB Local', DYNAMODB_PACKAGE, installDynamoDb);
    await runOnce('JSONata', jsonataFolder, installJsonata);
  };
  await Promise.all([installPythonParts(), installJavaParts()]);
  await rm(`${libraries}/java/21`, { force: true });
  await symlink(javaHome, `${libraries}/java/21`);
};
