import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { project } from './settings.ts';

/** What is wrong, in one line for whoever ran the command: no stack trace. */
export class Complaint extends Error {}

export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs: number;
  /** Keeps the output here as well. */
  readonly copyTo?: string;
  /** Shows the output as it comes. */
  readonly show?: boolean;
};

const running = new Set<ChildProcess>();

/** Ends a process with all that it started. */
const end = (child: ChildProcess, signal: NodeJS.Signals) => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, signal);
};

/** Ends what still runs, for a run that is broken off. */
export const endAll = () => {
  for (const child of running) end(child, 'SIGTERM');
};

/** Runs a command to its end and answers what it wrote. Fails with its last lines. */
export const run = (command: string, args: readonly string[], options: RunOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    // a group of its own, so that a time-out ends its children too
    const child = spawn(command, args, {
      cwd: options.cwd ?? project,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    const copy = options.copyTo ? createWriteStream(options.copyTo) : undefined;
    const chunks: string[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end(child, 'SIGKILL');
    }, options.timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        chunks.push(chunk);
        copy?.write(chunk);
        if (options.show) process.stdout.write(chunk);
      });
    }
    const settle = (error?: Error) => {
      clearTimeout(timer);
      running.delete(child);
      copy?.end();
      if (error) reject(error);
      else resolve(chunks.join(''));
    };
    child.on('error', settle);
    child.on('close', (code, signal) => {
      if (code === 0) return settle();
      const how = late ? `took over ${options.timeoutMs / 1000} s` : `ended with ${signal ?? code}`;
      const tail = options.show ? [] : chunks.join('').trimEnd().split('\n').slice(-30);
      settle(new Error([`${command} ${args.slice(0, 3).join(' ')} ${how}`, ...tail].join('\n')));
    });
  });
