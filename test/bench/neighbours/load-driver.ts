import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LoadName } from './loads.ts';

export type LoadInput = {
  readonly name: LoadName;
  readonly origin: string;
  readonly apiKey: string;
  readonly durationMs: number;
};
export type LoadCommand = 'start';
/** The number of responses by status. */
type Responses = Readonly<Record<string, number>>;
export type LoadReport = { readonly kind: 'prepared' } | { readonly kind: 'ended'; readonly responses: Responses };

export type LoadDriver = {
  /** Sends the load. Resolves once it has ended. */
  readonly run: () => Promise<Responses>;
  readonly stop: () => Promise<void>;
};

/** Prepares a load in a thread of its own, so that the measurement does not wait for its requests. */
export const startLoadDriver = async (input: LoadInput): Promise<LoadDriver> => {
  const worker = new Worker(new URL('./load-worker.ts', import.meta.url), { workerData: input });
  const receive = async (): Promise<LoadReport> => (await once(worker, 'message'))[0];
  await receive();
  return {
    async run() {
      const ended = receive();
      const command: LoadCommand = 'start';
      worker.postMessage(command);
      const report = await ended;
      return report.kind === 'ended' ? report.responses : {};
    },
    async stop() {
      await worker.terminate();
    },
  };
};
