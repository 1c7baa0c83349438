import { once } from 'node:events';

export type Heap = {
  /** Bytes of reachable objects: the garbage is collected just before. */
  readonly used: number;
  /** Bytes outside the heap that objects in it hold, such as buffers. */
  readonly external: number;
  /** Resources that keep the process alive, by kind: timers, sockets. */
  readonly resources: Readonly<Record<string, number>>;
};

type InspectorResponse = {
  readonly id: number;
  readonly result: { readonly result?: { readonly value: string } };
  readonly error?: object;
};

const RESPONSE_TIMEOUT_MS = 60_000;
const USAGE_EXPRESSION = `JSON.stringify({ memory: process.memoryUsage(), resources: process.getActiveResourcesInfo() })`;
/** The second collection frees what finalizers released after the first. */
const COLLECTIONS = 2;

/** Collects the garbage of another process and measures its heap over the inspector. The connection is closed afterwards. */
export const measureHeap = async (inspector: string): Promise<Heap> => {
  const socket = new WebSocket(inspector);
  const signal = AbortSignal.timeout(RESPONSE_TIMEOUT_MS);
  let lastId = 0;
  const call = async (method: string, params: object = {}): Promise<string> => {
    const requestId = ++lastId;
    socket.send(JSON.stringify({ id: requestId, method, params }));
    const [message] = (await once(socket, 'message', { signal })) as [{ readonly data: string }];
    const { id, result, error } = JSON.parse(message.data) as InspectorResponse;
    if (error || id !== requestId) throw new Error(`${method}: ${message.data}`);
    return result.result?.value ?? '';
  };
  try {
    await once(socket, 'open', { signal });
    for (let n = 0; n < COLLECTIONS; n += 1) await call('HeapProfiler.collectGarbage');
    const { memory, resources } = JSON.parse(await call('Runtime.evaluate', { expression: USAGE_EXPRESSION })) as {
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
