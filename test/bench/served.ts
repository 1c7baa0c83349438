import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, '../../embedded/host/main.ts');
const START_MS = 30_000;
const OF_INSPECTOR = /^(Debugger |For help, see)/;

/** The backend as `npm start` serves it, in a process of its own, whose inspector it may open. */
export const served = async ({ inspect = false } = {}) => {
  const child = spawn(process.execPath, [...(inspect ? ['--inspect=127.0.0.1:0'] : []), MAIN], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'ERROR' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (OF_INSPECTOR.test(line)) said.push(line);
    else console.error(line);
  });
  const abort = AbortSignal.timeout(START_MS);
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => said.push(line));
  while (!said.some((line) => line.includes('Ctrl-C'))) await once(lines, 'line', { signal: abort });
  const text = said.join('\n');
  const found = (pattern: RegExp): string => {
    const [, match] = pattern.exec(text) ?? [];
    if (match === undefined) throw new Error(`npm start did not say ${pattern}:\n${text}`);
    return match;
  };
  return {
    origin: found(/answers on (\S+)/),
    apiKey: found(/demo tenant\s+(\S+)/),
    pid: child.pid,
    ...(inspect && { inspector: found(/Debugger listening on (\S+)/) }),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit', { signal: AbortSignal.timeout(START_MS) });
    },
  };
};
export type Served = Awaited<ReturnType<typeof served>>;
