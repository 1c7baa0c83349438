import type { Code } from 'aws-cdk-lib/aws-lambda';
import { type FunctionId, type FunctionSpec, functionId, type Manifest, type RouteSpec } from '#shared/manifest';
import type { Stage } from './stages.ts';

/** What every stack and construct is made from: a stage, the contexts on it, and the code of each function. */
export type Deployment = {
  readonly stage: Stage;
  readonly manifests: readonly Manifest[];
  readonly code: (id: FunctionId) => Code;
};

/** The contexts that a stage has. */
export const manifestsOn = (stage: Stage, all: readonly Manifest[]): readonly Manifest[] =>
  all.filter(({ standalone }) => !standalone || standalone.stages.includes(stage.name));

export type NamedFunction = { readonly id: FunctionId; readonly name: string; readonly spec: FunctionSpec };

/** The functions of these contexts. */
export const functionsOf = (...manifests: readonly Manifest[]): readonly NamedFunction[] =>
  manifests.flatMap(({ context, functions }) =>
    Object.entries(functions).map(([name, spec]) => ({ id: functionId(context, name), name, spec })),
  );

export type RoutedFunction = RouteSpec & { readonly to: FunctionId };

/** The routes of these contexts, and who answers each. */
export const routesOf = (...manifests: readonly Manifest[]): readonly RoutedFunction[] =>
  functionsOf(...manifests).flatMap(({ id, spec }) => (spec.routes ?? []).map((route) => ({ ...route, to: id })));

/** The one function that stands in front of every route that is not public. */
export const authorizerOf = (...manifests: readonly Manifest[]): FunctionId => {
  const [found, ...others] = functionsOf(...manifests).filter(({ spec }) => spec.authorizes);
  if (!found || others.length > 0) throw new Error('exactly one function must be the authorizer');
  return found.id;
};
