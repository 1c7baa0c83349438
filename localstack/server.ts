import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Complaint, run } from './run.ts';
import { docker, endpoint, home, host, image, log, pidFile, port, python, serverEnvironment } from './settings.ts';

const MODULE = 'localstack.runtime.main';
const READY_WITHIN_MS = 90_000;
/** Ended sooner, it would leave its DynamoDB behind. */
const STOPPED_WITHIN_MS = 15_000;
const container = `breakwater-localstack-${port}`;

const portIsFree = async (): Promise<boolean> => {
  const probe = createServer().listen(port, host);
  const free = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  probe.close();
  return free;
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Since the id was written down, the process may have ended and another have got its id. */
const isLocalStack = async (pid: number): Promise<boolean> => {
  const command = await run('ps', ['-o', 'command=', '-p', String(pid)], { timeoutMs: 5_000 }).catch(() => '');
  return command.includes(MODULE);
};

const answers = async (): Promise<boolean> => {
  try {
    return (await fetch(`${endpoint}/_localstack/health`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
};

/** Starts the process, whose log is a file, and answers its id. */
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
  run(
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

/** Starts LocalStack and waits until it answers. */
export const start = async (): Promise<void> => {
  if (!(await portIsFree())) throw new Complaint(`port ${port} is taken: set LOCALSTACK_PORT to another`);
  await mkdir(home, { recursive: true });
  const pid = docker ? undefined : await startProcess();
  if (pid === undefined) await startContainer();
  else await writeFile(pidFile, String(pid));
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers())) {
    if (pid !== undefined && !isAlive(pid)) throw new Error(`LocalStack ended as it started: see ${log}`);
    if (Date.now() > deadline)
      throw new Error(`LocalStack did not answer within ${READY_WITHIN_MS / 1000} s: see ${log}`);
    await sleep(200);
  }
};

/** Ends the LocalStack that `start` started, and nothing else. */
export const stop = async (): Promise<void> => {
  if (docker) {
    await run('docker', ['stop', container], { timeoutMs: 60_000 });
    return;
  }
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => undefined));
  if (!pid) return;
  const deadline = Date.now() + STOPPED_WITHIN_MS;
  if (await isLocalStack(pid)) process.kill(pid, 'SIGTERM');
  else return rm(pidFile);
  while (isAlive(pid) && Date.now() < deadline) await sleep(100);
  if (isAlive(pid)) process.kill(-pid, 'SIGKILL');
  await rm(pidFile);
};

/** What LocalStack has logged. */
export const readLog = (): Promise<string> =>
  docker ? run('docker', ['logs', container], { timeoutMs: 30_000 }) : readFile(log, 'utf8');
