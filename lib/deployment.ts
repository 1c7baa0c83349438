import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { RouteDefinition } from '#platform/http/route';
import { type FunctionId, functionsOf, type Manifest } from '#platform/manifest';
import { tasksOf } from '#platform/saga/definition';
import type { Stage } from './stages.ts';

/** The input of every stack and construct: a stage, its contexts, and the code of each function. */
export type Deployment = {
  readonly stage: Stage;
  readonly manifests: readonly Manifest[];
  readonly code: (id: FunctionId) => Code;
  /** A digest of the code of every function: other code has another one. */
  readonly codeVersion: string;
};

export type RoutedFunction = RouteDefinition & {
  readonly function: FunctionId;
  /** Its caller is the payment provider. */
  readonly isCallback: boolean;
};

/** The routes of these contexts, each with the function that serves it. */
export const routesOf = (...manifests: readonly Manifest[]): readonly RoutedFunction[] =>
  functionsOf(...manifests).flatMap(({ id, routes, spec }) =>
    routes.map((route) => ({ ...route, function: id, isCallback: spec.receivesCallbacks === true })),
  );

/** The one function that authorizes the callers of all routes that are not public. */
export const authorizerOf = (...manifests: readonly Manifest[]): FunctionId => {
  const [authorizer, ...others] = functionsOf(...manifests).filter(({ spec }) => spec.authorizes);
  if (!authorizer || others.length > 0) throw new Error('exactly one function must be the authorizer');
  return authorizer.id;
};

/**
 * The contexts that must be deployed before this one: those whose functions its workflows invoke, the provider that it calls, and,
 * before the relay publishes the first event and dead letters are looked for, every consumer of events.
 */
export const dependenciesOf = (manifest: Manifest, { stage, manifests }: Deployment): readonly string[] => {
  const specs = functionsOf(manifest).map(({ spec }) => spec);
  const tasks = Object.values(manifest.workflows ?? {}).flatMap(tasksOf);
  const callsSandbox = stage.provider === 'sandbox' && specs.some((spec) => spec.callsProvider || spec.inspects);
  const needsConsumers = specs.some((spec) => spec.streams || spec.redrives);
  return manifests
    .filter((other) => other !== manifest)
    .filter(
      (other) =>
        functionsOf(other).some(({ id }) => tasks.includes(id)) ||
        (callsSandbox && other.standalone) ||
        (needsConsumers && functionsOf(other).some(({ spec }) => spec.consumes)),
    )
    .map(({ context }) => context);
};
