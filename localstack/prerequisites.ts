import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { runCommand, UserError } from './run-command.ts';
import { docker } from './settings.ts';

/** The output of a command, or undefined if it fails or does not exist. */
const tryCommand = (command: string, ...args: string[]): Promise<string | undefined> =>
  runCommand(command, args, { timeoutMs: 20_000 }).catch(() => undefined);

const PYTHON_VERSION_CHECK = 'import sys; sys.exit(sys.version_info < (3, 13))';

const listPyenvPythons = async (): Promise<string[]> => {
  const versionsFolder = `${process.env['PYENV_ROOT'] ?? `${homedir()}/.pyenv`}/versions`;
  const installed = await readdir(versionsFolder).catch(() => []);
  return installed
    .filter((version) => /^3\.(1[3-9]|[2-9]\d)/.test(version))
    .map((version) => `${versionsFolder}/${version}/bin/python`);
};

/** The path of a Python interpreter of version 3.13 or newer. */
export const findPython = async (): Promise<string | undefined> => {
  const configured = process.env['PYTHON'];
  const candidates = [
    ...(configured ? [configured] : []),
    'python3.14',
    'python3.13',
    'python3',
    ...(await listPyenvPythons()),
  ];
  for (const candidate of candidates) {
    if ((await tryCommand(candidate, '-c', PYTHON_VERSION_CHECK)) !== undefined) return candidate;
  }
  return undefined;
};

/** The Java home of the `java` on the PATH, if its version is new enough. */
const findJavaHome = async (): Promise<string | undefined> => {
  const properties = await tryCommand('java', '-XshowSettings:properties', '-version');
  const version = Number(/java\.specification\.version = (\d+)/.exec(properties ?? '')?.[1]);
  return version >= 17 ? /java\.home = (.+)/.exec(properties ?? '')?.[1]?.trim() : undefined;
};

export type Prerequisites = { readonly python: string; readonly javaHome: string };

/** Finds the programs that the installation of LocalStack needs. Throws an error that lists those that are missing. */
export const findPrerequisites = async (): Promise<Prerequisites> => {
  const [python, javaHome, maven, npm] = await Promise.all([
    findPython(),
    findJavaHome(),
    tryCommand('mvn', '--version'),
    tryCommand('npm', '--version'),
  ]);
  const missing = [
    python ? [] : ['Python 3.13 or newer (PYTHON may name its path)'],
    javaHome ? [] : ['Java 17 or newer'],
    maven ? [] : ['Maven (mvn)'],
    npm ? [] : ['npm'],
  ].flat();
  if (!python || !javaHome || missing.length > 0)
    throw new UserError(`LocalStack needs these programs, please install them: ${missing.join(', ')}`);
  return { python, javaHome };
};

export const requireDocker = async (): Promise<void> => {
  if (!docker || (await tryCommand('docker', 'info')) !== undefined) return;
  throw new UserError('LOCALSTACK=docker needs a running Docker engine: install or start one');
};
