import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type FunctionId,
  type FunctionSpec,
  names,
  queueVariable,
  type StageName,
  variablesOf,
  workflowVariable,
} from '#shared/manifest';
import type { Clients, Runtime, Variable } from '#shared/runtime';
import { ACCOUNT, stateMachineArn } from './arns.ts';
import { type Environment, environments, type Handler, type Pool } from './lambda/environments.ts';
import { callerOf } from './lambda/grants.ts';
import { type OwnRuntime, ownRuntime, type Surroundings } from './lambda/runtime.ts';
import type { Plan, PlannedFunction } from './plan.ts';

const ROOT = join(import.meta.dirname, '..');
const DEFAULT_TIMEOUT_SECONDS = 10;

export type EntryModule = { readonly create: (runtime: Runtime<keyof Clients>) => Handler };
/** How modules and files of the project are come by; tests bring their own. */
export type Sources = {
  readonly load: (entry: string) => Promise<EntryModule>;
  readonly read: (path: string) => string;
};

export const projectSources: Sources = {
  load: (entry) => import(pathToFileURL(join(ROOT, entry)).href) as Promise<EntryModule>,
  read: (path) => readFileSync(join(ROOT, path), 'utf8'),
};

export const timeoutMsOf = ({ timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: FunctionSpec): number =>
  timeoutSeconds * 1_000;

type Options = {
  readonly plan: Plan;
  readonly stage: StageName;
  readonly origin: string;
  readonly sources: Sources;
  readonly environments: number;
  readonly newId: () => string;
  readonly surroundings: Surroundings;
};

const valuesOf = ({ plan, stage, origin, surroundings }: Options): Readonly<Record<string, string>> => {
  const named = names(stage);
  return {
    STAGE: stage,
    TABLE_NAME: named.table,
    TIMES: JSON.stringify(surroundings.times),
    BUS_NAME: named.bus,
    SECRET_PREFIX: named.secrets,
    MAIL: 'sink',
    PROVIDER_URL: origin,
    ...Object.fromEntries(plan.queues.map((id) => [queueVariable(id), `${origin}/${ACCOUNT}/${named.queue(id)}`])),
    ...Object.fromEntries(plan.workflows.map(({ id }) => [workflowVariable(id), stateMachineArn(named.workflow(id))])),
  };
};

export type Functions = {
  readonly pool: (id: FunctionId) => Pool;
  /** A runtime of the function's own, for whoever acts in its place. */
  readonly runtimeOf: (id: FunctionId) => OwnRuntime;
  /** Loads every entry, so that no first request waits for it. */
  readonly warm: () => Promise<void>;
};

/** Every function of the plan, each with the rights and variables that its manifest gives it. */
export const makeFunctions = (options: Options): Functions => {
  const { plan, stage, sources, surroundings, newId } = options;
  const values = valuesOf(options);
  const workflows = plan.workflows.map(({ id }) => id);
  const byId = new Map(plan.functions.map((fn) => [fn.id, fn]));

  const ownRuntimeOf = ({ id, spec }: PlannedFunction): OwnRuntime => {
    const variables: Partial<Record<Variable, string>> = Object.fromEntries(
      variablesOf(spec, workflows).map((name) => [name, values[name]]),
    );
    return ownRuntime({ caller: callerOf(names(stage).fn(id), spec, stage), variables }, surroundings);
  };

  const build = async (fn: PlannedFunction): Promise<Environment> => {
    const { create } = await sources.load(fn.spec.entry);
    const { runtime, kill, caller } = ownRuntimeOf(fn);
    return { handler: create(runtime), kill, caller };
  };

  const poolOf = (fn: PlannedFunction): Pool =>
    environments(
      {
        name: names(stage).fn(fn.id),
        timeoutMs: timeoutMsOf(fn.spec),
        concurrency: options.environments,
        build: () => build(fn),
      },
      surroundings.clock,
      newId,
    );

  const pools = new Map(plan.functions.map((fn) => [fn.id, poolOf(fn)]));
  const known = <T>(value: T | undefined, id: FunctionId): T => {
    if (value === undefined) throw new Error(`there is no function ${id}`);
    return value;
  };
  return {
    pool: (id) => known(pools.get(id), id),
    runtimeOf: (id) => ownRuntimeOf(known(byId.get(id), id)),
    warm: async () => {
      await Promise.all(plan.functions.map(({ spec }) => sources.load(spec.entry)));
    },
  };
};
