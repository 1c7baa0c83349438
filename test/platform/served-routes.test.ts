import { expect, it } from 'vitest';
import { contexts } from '#contexts';
import type { HttpFunction } from '#platform/http/http-function';
import { type FunctionSpec, functionId, variablesOf, type WorkflowId } from '#platform/manifest';
import type { Clients, Runtime } from '#platform/runtime/runtime';
import { world } from './fixtures/world.ts';

type Entry = { readonly create: (rt: Runtime<keyof Clients>) => HttpFunction };

const workflows: readonly WorkflowId[] = contexts.flatMap(({ workflows = {} }) => Object.keys(workflows));
const functions = contexts.flatMap(({ context, functions }) =>
  Object.entries<FunctionSpec>(functions).map(([name, spec]) => ({ id: functionId(context, name), spec })),
);
const serving = functions.filter(({ spec }) => spec.routes);

const inOrder = (routes: FunctionSpec['routes'] = []) =>
  routes.map(({ method, path, scope }) => `${method} ${path} (${scope})`).sort();

it('knows functions that serve routes', () => {
  expect(serving.length).toBeGreaterThan(5);
});

it.each(serving)('$id serves the routes of its manifest, for whom it says, and no other', async ({ spec }) => {
  const { create } = (await import(/* @vite-ignore */ `../../${spec.entry}`)) as Entry;
  const variables = Object.fromEntries(variablesOf(spec, workflows).map((name) => [name, name]));
  expect(inOrder(create(world({ variables }).rt).routes)).toEqual(inOrder(spec.routes));
});

it('gives every route to one function', () => {
  const routes = serving.flatMap(({ spec }) => (spec.routes ?? []).map(({ method, path }) => `${method} ${path}`));
  expect(new Set(routes).size).toBe(routes.length);
});
