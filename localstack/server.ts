import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand, UserError } from './run-command.ts';
import { docker, endpoint, home, host, image, log, pidFile, port, python, serverEnvironment } from './settings.ts';

const MODULE = 'localstack.runtime.main';
const START_TIMEOUT_MS = 90_000;
/** LocalStack needs some seconds to stop its DynamoDB. If it were killed before, DynamoDB would keep running. */
const STOP_TIMEOUT_MS = 15_000;
const container = `breakwater-localstack-${port}`;

const isPortFree = async (): Promise<boolean> => {
  const probe = createServer().listen(port, host);
  const isFree = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  probe.close();
  return isFree;
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The process may have ended after its id was written to the file, and another process may have its id now. */
const isLocalStack = async (pid: number): Promise<boolean> => {
  const command = await runCommand('ps', ['-o', 'command=', '-p', String(pid)], { timeoutMs: 5_000 }).catch(() => '');
  return command.includes(MODULE);
};

const isReady = async (): Promise<boolean> => {
  try {
    return (await fetch(`${endpoint}/_localstack/health`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
};

/** Starts the process with its log in a file, and returns its id. */
const startProcess = async (): Promise<number> => {
  const output = await open(log, 'w');
  const child = spawn(python, ['-m', MODULE], {
    cwd: home,
    env: { ...process.env, ...serverEnvironment },
    stdio: ['ignore', output.fd, output.fd],
    detached: true,
  });
  await once(child, 'spawn');
  await output.close();
  child.unref();
  return child.pid as number;
};

const startContainer = () =>
  runCommand(
    'docker',
    [
      'run',
      '--rm',
      '--detach',
      '--name',
      container,
      '--publish',
      `${host}:${port}:4566`,
      '--volume',
      '/var/run/docker.sock:/var/run/docker.sock',
      '--env',
      `LOCALSTACK_HOST=${host}:${port}`,
      '--env',
      'SQS_ENDPOINT_STRATEGY=path',
      image,
    ],
    { timeoutMs: 300_000 },
  );

/** Starts LocalStack and waits until it is ready. */
export const start = async (): Promise<void> => {
  if (!(await isPortFree())) throw new UserError(`port ${port} is in use: set LOCALSTACK_PORT to another port`);
  await mkdir(home, { recursive: true });
  const pid = docker ? undefined : await startProcess();
  if (pid === undefined) await startContainer();
  else await writeFile(pidFile, String(pid));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isReady())) {
    if (pid !== undefined && !isAlive(pid)) throw new Error(`LocalStack exited during its start: see ${log}`);
    if (Date.now() > deadline)
      throw new Error(`LocalStack was not ready within ${START_TIMEOUT_MS / 1000} s: see ${log}`);
    await sleep(200);
  }
};

/** Stops the LocalStack that `start` started, and no other process. */
export const stop = async (): Promise<void> => {
  if (docker) {
    await runCommand('docker', ['stop', container], { timeoutMs: 60_000 });
    return;
  }
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => undefined));
  if (!pid) return;
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  if (await isLocalStack(pid)) process.kill(pid, 'SIGTERM');
  else return rm(pidFile);
  while (isAlive(pid) && Date.now() < deadline) await sleep(100);
  if (isAlive(pid)) process.kill(-pid, 'SIGKILL');
  await rm(pidFile);
};

/** The log of LocalStack. */
export const readLog = (): Promise<string> =>
  docker ? runCommand('docker', ['logs', container], { timeoutMs: 30_000 }) : readFile(log, 'utf8');
