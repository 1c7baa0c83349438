import { once } from 'node:events';

export type Heap = {
  /** Bytes in use by what is reachable: the garbage was collected just before. */
  readonly used: number;
  /** Bytes outside of the heap that objects in it hold, such as buffers. */
  readonly external: number;
  /** What keeps the process alive, by kind: timers, sockets. */
  readonly resources: Readonly<Record<string, number>>;
};

type Answer = {
  readonly id: number;
  readonly result: { readonly result?: { readonly value: string } };
  readonly error?: object;
};

const ANSWER_MS = 60_000;

const LOOK = `JSON.stringify({ memory: process.memoryUsage(), resources: process.getActiveResourcesInfo() })`;

/** Collects the garbage of another process and says what is left, over its inspector; between two looks nothing is connected. */
export const heapOf = async (inspector: string): Promise<Heap> => {
  const socket = new WebSocket(inspector);
  const signal = AbortSignal.timeout(ANSWER_MS);
  let asked = 0;
  const ask = async (method: string, params: object = {}): Promise<string> => {
    const id = ++asked;
    socket.send(JSON.stringify({ id, method, params }));
    const [message] = (await once(socket, 'message', { signal })) as [{ readonly data: string }];
    const { id: answered, result, error } = JSON.parse(message.data) as Answer;
    if (error || answered !== id) throw new Error(`${method}: ${message.data}`);
    return result.result?.value ?? '';
  };
  try {
    await once(socket, 'open', { signal });
    // what a finalizer frees goes with the second
    for (let n = 0; n < 2; n += 1) await ask('HeapProfiler.collectGarbage');
    const { memory, resources } = JSON.parse(await ask('Runtime.evaluate', { expression: LOOK })) as {
      readonly memory: NodeJS.MemoryUsage;
      readonly resources: readonly string[];
    };
    const counts: Record<string, number> = {};
    for (const kind of resources) counts[kind] = (counts[kind] ?? 0) + 1;
    return { used: memory.heapUsed, external: memory.external, resources: counts };
  } finally {
    socket.close();
  }
};
