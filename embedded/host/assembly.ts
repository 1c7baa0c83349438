import {
  consumableOf,
  type EventType,
  functionsOf,
  type Manifest,
  manifestsOn,
  type NamedFunction,
  type QueueId,
  type ReceivedEvent,
  receivedOf,
  type StageKind,
  type WorkflowId,
} from '#platform/manifest';
import { type SagaDefinition, toAsl } from '#platform/saga/definition';
import type { Endpoint } from './gateway.ts';

export type AssembledWorkflow = {
  readonly id: WorkflowId;
  /** In Amazon States Language, as text. */
  readonly definition: string;
};

/** Everything that the contexts of a stage consist of. */
export type Assembly = {
  readonly functions: readonly NamedFunction[];
  /** Every route with its function and the authorizer in front of it. Public routes and the APIs of standalone contexts have none. */
  readonly endpoints: readonly Endpoint[];
  readonly workflows: readonly AssembledWorkflow[];
  /** Contexts with an API of their own, such as the sandbox of the payment provider. */
  readonly standalone: readonly string[];
  /** The events that SES publishes for the stage's consumers, by the type that they get. */
  readonly received: ReadonlyMap<EventType, ReceivedEvent>;
  /** Queues without a consumer. */
  readonly queues: readonly QueueId[];
};

const findDuplicates = (names: readonly string[]): string[] => names.filter((name, n) => names.indexOf(name) !== n);

const findFaults = (
  functions: readonly NamedFunction[],
  workflows: readonly WorkflowId[],
  consumable: ReadonlySet<string>,
): string[] => {
  const routes = functions.flatMap((fn) => fn.routes).map(({ method, path }) => `${method} ${path}`);
  return [
    ...findDuplicates(functions.map(({ id }) => id)).map((id) => `there are two functions ${id}`),
    ...findDuplicates(workflows).map((id) => `there are two workflows ${id}`),
    ...findDuplicates(routes).map((route) => `there are two functions for ${route}`),
    ...functions.flatMap(({ id, spec }) => [
      ...(spec.starts ?? [])
        .filter((name) => !workflows.includes(name))
        .map((name) => `${id} starts ${name}, which does not exist`),
      ...(spec.consumes ?? [])
        .filter((type) => !consumable.has(type))
        .map((type) => `${id} consumes ${type}, which no context publishes`),
    ]),
  ];
};

const toEndpoints = (functions: readonly NamedFunction[], standalone: readonly string[]): readonly Endpoint[] => {
  const authorizer = functions.find(({ spec }) => spec.authorizes)?.id;
  return functions.flatMap(({ id, context, routes }) =>
    routes.map((route) => ({
      route,
      function: id,
      authorizer: route.scope === 'public' || standalone.includes(context) ? undefined : authorizer,
    })),
  );
};

/** Collects what the manifests define for this stage, and throws if they do not fit together. */
export const assemble = (manifests: readonly Manifest[], stage: StageKind): Assembly => {
  const onStage = manifestsOn(stage, manifests);
  const functions = functionsOf(...onStage);
  const workflows = onStage.flatMap(({ workflows = {} }) =>
    Object.entries<SagaDefinition>(workflows).map(([id, saga]) => ({ id, definition: JSON.stringify(toAsl(saga)) })),
  );
  const consumable = new Set(consumableOf(...onStage));
  const faults = findFaults(
    functions,
    workflows.map(({ id }) => id),
    consumable,
  );
  if (faults.length > 0) throw new Error(`the manifests do not fit together: ${faults.join('; ')}`);
  const standalone = onStage.filter((manifest) => manifest.standalone).map(({ context }) => context);
  const endpoints = toEndpoints(functions, standalone);
  const queues = functions.flatMap(({ spec }) => spec.sends ?? []);
  return { functions, endpoints, workflows, standalone, received: receivedOf(...onStage), queues };
};
