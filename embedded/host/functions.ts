import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  entryOf,
  type FunctionId,
  type FunctionSpec,
  type NamedFunction,
  names,
  queueVariable,
  type ReservedConcurrency,
  type StageName,
  variablesOf,
  workflowVariable,
} from '#platform/manifest';
import type { LambdaEntry } from '#platform/runtime/lambda';
import type { Clients, Variable } from '#platform/runtime/runtime';
import { ACCOUNT_ID, stateMachineArn } from '../aws/arns.ts';
import { type Concurrency, createConcurrency } from '../aws/lambda/concurrency.ts';
import {
  createFunctionPool,
  type ExecutionEnvironment,
  type FunctionPool,
  type Handler,
} from '../aws/lambda/environments.ts';
import type { Assembly } from './assembly.ts';
import { createCaller } from './grants.ts';
import { createFunctionRuntime, type FunctionRuntime, type RuntimeOptions } from './runtime.ts';

const ROOT = join(import.meta.dirname, '../..');
const DEFAULT_TIMEOUT_SECONDS = 10;
/** One process gains nothing from more that compute, and functions that write the same items conflict with each other (ADR 90). */
const MAX_COMPUTING_ENVIRONMENTS = 12;

/** An entry module: a context's entry points by name. The host brings the clients. */
export type EntryModule = Readonly<Record<string, Pick<LambdaEntry<keyof Clients, Handler>, 'create'>>>;

/** Loads entry modules by their path from the project's root. Tests provide their own. */
export type LoadEntries = (file: string) => Promise<EntryModule>;

export const loadProjectEntries: LoadEntries = (file) => import(pathToFileURL(join(ROOT, file)).href);

export const getTimeoutMs = ({ timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: FunctionSpec): number =>
  timeoutSeconds * 1_000;

type Options = {
  readonly assembly: Assembly;
  readonly stage: StageName;
  readonly origin: string;
  readonly codeVersion: () => string;
  /** The sender of all mail; undefined for a sink. */
  readonly mailFrom: string | undefined;
  readonly loadEntries: LoadEntries;
  readonly accountConcurrency: number;
  readonly reservedConcurrency: ReservedConcurrency;
  readonly maxEnvironments: number | undefined;
  readonly newId: () => string;
  readonly runtimeOptions: RuntimeOptions;
};

/** The values of every environment variable that this function may have. */
const toVariableValues = (
  id: FunctionId,
  { assembly, stage, origin, codeVersion, mailFrom, runtimeOptions }: Options,
): Readonly<Record<string, string>> => {
  const named = names(stage);
  const queueUrl = (name: string) => `${origin}/${ACCOUNT_ID}/${name}`;
  return {
    OWN_QUEUE_URL: queueUrl(named.queue(id)),
    DEAD_LETTERS_URL: queueUrl(named.deadLetters(id)),
    CANARIES_URL: queueUrl(named.canaries),
    QUEUES_URL_PREFIX: queueUrl(named.queuePrefix),
    WORKERS: workerIdsOf(assembly).join(),
    // a deployment changes it
    get CODE_VERSION() {
      return codeVersion();
    },
    STAGE: stage,
    TABLE_NAME: named.table,
    TIMES: JSON.stringify(runtimeOptions.times),
    TENANTS: 'all',
    BUS_NAME: named.bus,
    SECRET_PREFIX: named.secrets,
    MAIL: mailFrom ?? 'sink',
    MAIL_CONFIGURATION_SET: named.mails,
    PROVIDER_URL: origin,
    ...Object.fromEntries(assembly.queues.map((queue) => [queueVariable(queue), queueUrl(named.queue(queue))])),
    ...Object.fromEntries(
      assembly.workflows.map(({ id }) => [workflowVariable(id), stateMachineArn(named.workflow(id))]),
    ),
  };
};

const workerIdsOf = ({ functions }: Assembly): readonly FunctionId[] =>
  functions.flatMap(({ id, spec }) => (spec.consumes ? [id] : []));

/** Reserves concurrency for single functions, as on the stages of AWS, and lets all others share the rest of the account's. */
const createConcurrencies = ({ assembly, accountConcurrency, reservedConcurrency }: Options) => {
  const counts = assembly.functions.flatMap(({ id, spec }) => {
    const count = spec.reservedBy && reservedConcurrency[spec.reservedBy];
    return count === undefined ? [] : [[id, count] as const];
  });
  const reserved = new Map(counts.map(([id, count]) => [id, createConcurrency(count)]));
  const shared = createConcurrency(accountConcurrency - counts.reduce((sum, [, count]) => sum + count, 0));
  return ({ id }: NamedFunction): Concurrency => reserved.get(id) ?? shared;
};

/** An invocation that waits for the provider costs nothing, so only Lambda's concurrency limits these functions and the provider's own. */
const waitsForProvider = ({ context, spec }: NamedFunction, { standalone }: Assembly): boolean =>
  spec.callsProvider === true || standalone.includes(context);

export type Functions = {
  /** The most environments of a function; undefined without such a limit. */
  readonly maxEnvironments: (fn: NamedFunction) => number | undefined;
  readonly get: (id: FunctionId) => NamedFunction;
  readonly pool: (id: FunctionId) => FunctionPool;
  /** A new runtime with the function's grants and variables. */
  readonly createRuntime: (id: FunctionId) => FunctionRuntime;
  /** Loads every entry module, so that the first request does not wait for it. */
  readonly loadAll: () => Promise<void>;
};

/** Every function of the assembly, each with the grants and variables of its manifest. */
export const createFunctions = (options: Options): Functions => {
  const { assembly, stage, loadEntries, newId, mailFrom, runtimeOptions } = options;
  const workflows = assembly.workflows.map(({ id }) => id);
  const byId = new Map(assembly.functions.map((fn) => [fn.id, fn]));

  const createRuntime = ({ id, spec }: NamedFunction): FunctionRuntime => {
    const values = Object.getOwnPropertyDescriptors(toVariableValues(id, options));
    const variables: Partial<Record<Variable, string>> = Object.create(
      null,
      Object.fromEntries(variablesOf(spec, workflows).flatMap((name) => (values[name] ? [[name, values[name]]] : []))),
    );
    const caller = createCaller({ id, spec, stage, workflows, workers: workerIdsOf(assembly), mailFrom });
    return createFunctionRuntime({ caller, variables }, runtimeOptions);
  };

  const buildEnvironment = async (fn: NamedFunction): Promise<ExecutionEnvironment> => {
    const { file, exportName } = entryOf(fn);
    const entry = (await loadEntries(file))[exportName];
    if (!entry) throw new Error(`${file} has no entry point ${exportName}`);
    const { runtime, kill, caller } = createRuntime(fn);
    return { handler: entry.create(runtime), kill, caller };
  };

  const maxEnvironments = (fn: NamedFunction) =>
    options.maxEnvironments ?? (waitsForProvider(fn, assembly) ? undefined : MAX_COMPUTING_ENVIRONMENTS);
  const concurrencyOf = createConcurrencies(options);

  const createPool = (fn: NamedFunction): FunctionPool =>
    createFunctionPool(
      {
        name: names(stage).fn(fn.id),
        timeoutMs: getTimeoutMs(fn.spec),
        concurrency: concurrencyOf(fn),
        maxEnvironments: maxEnvironments(fn),
        build: () => buildEnvironment(fn),
      },
      runtimeOptions.clock,
      newId,
    );

  const pools = new Map(assembly.functions.map((fn) => [fn.id, createPool(fn)]));
  const require = <T>(value: T | undefined, id: FunctionId): T => {
    if (value === undefined) throw new Error(`there is no function ${id}`);
    return value;
  };
  return {
    maxEnvironments,
    get: (id) => require(byId.get(id), id),
    pool: (id) => require(pools.get(id), id),
    createRuntime: (id) => createRuntime(require(byId.get(id), id)),
    loadAll: async () => {
      await Promise.all(assembly.functions.map((fn) => loadEntries(entryOf(fn).file)));
    },
  };
};
