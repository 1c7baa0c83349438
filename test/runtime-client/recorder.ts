import { join } from 'node:path';
import type { FunctionId } from '#platform/manifest';
import { functionArn } from '../../embedded/aws/arns.ts';
import type { Interceptors } from '../../embedded/host/interceptors.ts';
import type { Resource } from '../infra/synthesis.ts';
import type { Invocation, Outcome } from './answers.ts';
import { type LambdaProcess, startLambdaProcess } from './lambda-process.ts';

type Options = {
  readonly runtimeClient: string;
  /** The folder of the bundles. */
  readonly bundles: string;
  readonly resourceOf: (id: FunctionId) => Resource;
  readonly environmentOf: (id: FunctionId) => Readonly<Record<string, string>>;
};

/** Runs every invocation of a host in a process of the invoked function, and records it. A process runs one invocation at a time. */
export const createRecorder = ({ runtimeClient, bundles, resourceOf, environmentOf }: Options) => {
  const processes: Promise<LambdaProcess>[] = [];
  const idle = new Map<FunctionId, LambdaProcess[]>();
  const recorded = new Map<FunctionId, Invocation[]>();

  const start = (id: FunctionId) => {
    const { FunctionName, Handler, Timeout } = resourceOf(id).Properties;
    return startLambdaProcess({
      runtimeClient,
      functionArn: functionArn(FunctionName),
      taskRoot: join(bundles, id),
      handler: Handler,
      timeoutMs: Timeout * 1_000,
      environment: environmentOf(id),
    });
  };

  /** A process that is free, or else a new one, as Lambda does it. */
  const takeProcess = (id: FunctionId): Promise<LambdaProcess> => {
    const free = idle.get(id)?.pop();
    if (free) return Promise.resolve(free);
    const started = start(id);
    processes.push(started);
    return started;
  };

  const invoke: NonNullable<Interceptors['invoke']> = async (id, event) => {
    const record = (outcome: Outcome) => {
      const invocations = recorded.get(id) ?? [];
      recorded.set(id, invocations);
      invocations.push({ event, outcome });
    };
    const taken = await takeProcess(id);
    try {
      const result = await taken.invoke(event);
      record({ result });
      return result;
    } catch (error) {
      record({ error: error as Error });
      throw error;
    } finally {
      idle.set(id, [...(idle.get(id) ?? []), taken]);
    }
  };

  return {
    invoke,
    invocationsOf: (id: FunctionId): readonly Invocation[] => recorded.get(id) ?? [],
    stop: async () => {
      await Promise.all(processes.map(async (running) => (await running).stop()));
    },
  };
};
