import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { Complaint, run } from './run.ts';
import { docker } from './settings.ts';

const answers = (command: string, ...args: string[]): Promise<string | undefined> =>
  run(command, args, { timeoutMs: 20_000 }).catch(() => undefined);

const PYTHON_IS_NEW = 'import sys; sys.exit(sys.version_info < (3, 13))';

const pyenvPythons = async (): Promise<string[]> => {
  const versions = `${process.env['PYENV_ROOT'] ?? `${homedir()}/.pyenv`}/versions`;
  const found = await readdir(versions).catch(() => []);
  return found.filter((version) => /^3\.(1[3-9]|[2-9]\d)/.test(version)).map((it) => `${versions}/${it}/bin/python`);
};

const findPython = async (): Promise<string | undefined> => {
  const named = process.env['PYTHON'];
  const candidates = [...(named ? [named] : []), 'python3.14', 'python3.13', 'python3', ...(await pyenvPythons())];
  for (const candidate of candidates) {
    if ((await answers(candidate, '-c', PYTHON_IS_NEW)) !== undefined) return candidate;
  }
  return undefined;
};

/** The Java home of the `java` on the PATH, where that is new enough. */
const findJava = async (): Promise<string | undefined> => {
  const properties = await answers('java', '-XshowSettings:properties', '-version');
  const version = Number(/java\.specification\.version = (\d+)/.exec(properties ?? '')?.[1]);
  return version >= 17 ? /java\.home = (.+)/.exec(properties ?? '')?.[1]?.trim() : undefined;
};

export type Prerequisites = { readonly python: string; readonly javaHome: string };

/** Finds what LocalStack's installation needs of the machine, or says in one line what to install. */
export const findPrerequisites = async (): Promise<Prerequisites> => {
  const [python, javaHome, maven, npm] = await Promise.all([
    findPython(),
    findJava(),
    answers('mvn', '--version'),
    answers('npm', '--version'),
  ]);
  const missing = [
    python ? [] : ['Python 3.13 or newer (or name one with PYTHON)'],
    javaHome ? [] : ['Java 17 or newer'],
    maven ? [] : ['Maven (mvn)'],
    npm ? [] : ['npm'],
  ].flat();
  if (!python || !javaHome || missing.length > 0)
    throw new Complaint(`LocalStack needs ${missing.join(', ')}: install it`);
  return { python, javaHome };
};

export const requireDocker = async (): Promise<void> => {
  if (!docker || (await answers('docker', 'info')) !== undefined) return;
  throw new Complaint('LOCALSTACK=docker needs a Docker engine that runs: install or start one');
};
