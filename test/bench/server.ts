import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, '../../embedded/host/main.ts');
const START_TIMEOUT_MS = 30_000;
const INSPECTOR_LINE = /^(Debugger |For help, see)/;

/** Starts the backend as `npm start` does, in its own process, with an inspector if wanted. By default it logs errors. */
export const startServer = async ({ inspect = false, logLevel = 'ERROR' } = {}) => {
  const child = spawn(process.execPath, [...(inspect ? ['--inspect=127.0.0.1:0'] : []), MAIN], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: logLevel },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (INSPECTOR_LINE.test(line)) output.push(line);
    else console.error(line);
  });
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => output.push(line));
  while (!output.some((line) => line.includes('Ctrl-C'))) await once(lines, 'line', { signal });
  const text = output.join('\n');
  const getMatch = (pattern: RegExp): string => {
    const [, match] = pattern.exec(text) ?? [];
    if (match === undefined) throw new Error(`npm start did not print ${pattern}:\n${text}`);
    return match;
  };
  return {
    origin: getMatch(/answers on (\S+)/),
    apiKey: getMatch(/demo tenant\s+(\S+)/),
    operatorKey: getMatch(/operator's key\s+(\S+)/),
    credentials: {
      accessKeyId: getMatch(/AWS access key id\s+(\S+)/),
      secretAccessKey: getMatch(/AWS secret access key\s+(\S+)/),
    },
    pid: child.pid,
    ...(inspect && { inspector: getMatch(/Debugger listening on (\S+)/) }),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit', { signal: AbortSignal.timeout(START_TIMEOUT_MS) });
    },
  };
};
export type Server = Awaited<ReturnType<typeof startServer>>;
