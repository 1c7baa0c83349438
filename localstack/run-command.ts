import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { project } from './settings.ts';

/** A mistake that the user can correct. It is printed in one line, without a stack trace. */
export class UserError extends Error {}

export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs: number;
  /** A file that gets a copy of the output. */
  readonly outputFile?: string;
  /** Prints the output while the command runs. */
  readonly printOutput?: boolean;
};

const runningChildren = new Set<ChildProcess>();

/** Signals a process and all processes that it started. */
const signalGroup = (child: ChildProcess, signal: NodeJS.Signals) => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, signal);
};

/** Terminates all commands that still run, when the whole run is aborted. */
export const terminateAll = () => {
  for (const child of runningChildren) signalGroup(child, 'SIGTERM');
};

/** Runs a command and returns its output. If it fails, the error has the last lines of its output. */
export const runCommand = (command: string, args: readonly string[], options: RunOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    // its own process group, so that a time-out kills its children too
    const child = spawn(command, args, {
      cwd: options.cwd ?? project,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    runningChildren.add(child);
    const copyStream = options.outputFile ? createWriteStream(options.outputFile) : undefined;
    const chunks: string[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      signalGroup(child, 'SIGKILL');
    }, options.timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        chunks.push(chunk);
        copyStream?.write(chunk);
        if (options.printOutput) process.stdout.write(chunk);
      });
    }
    const finish = (error?: Error) => {
      clearTimeout(timer);
      runningChildren.delete(child);
      copyStream?.end();
      if (error) reject(error);
      else resolve(chunks.join(''));
    };
    child.on('error', finish);
    child.on('close', (code, signal) => {
      if (code === 0) return finish();
      const reason = timedOut ? `took longer than ${options.timeoutMs / 1000} s` : `exited with ${signal ?? code}`;
      const lastLines = options.printOutput ? [] : chunks.join('').trimEnd().split('\n').slice(-30);
      finish(new Error([`${command} ${args.slice(0, 3).join(' ')} ${reason}`, ...lastLines].join('\n')));
    });
  });
