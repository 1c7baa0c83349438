import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { contexts } from '#contexts';
import type { HttpFunction } from '#platform/http/http-function';
import type { RouteDefinition } from '#platform/http/route';
import { consumableOf, entryOf, functionsOf, variablesOf, type WorkflowId } from '#platform/manifest';
import type { LambdaEntry } from '#platform/runtime/lambda';
import type { Clients } from '#platform/runtime/runtime';
import { type EntryModule, loadProjectEntries } from '../../embedded/host/functions.ts';
import { busEvent, invocation, messages } from '../fixtures/invocation.ts';
import { createFakeQueues } from '../fixtures/queues.ts';
import { request } from '../fixtures/request.ts';
import { createTestTable } from '../fixtures/table.ts';

const workflows: readonly WorkflowId[] = contexts.flatMap(({ workflows = {} }) => Object.keys(workflows));
const functions = functionsOf(...contexts);
const httpFunctions = functions.filter(({ routes }) => routes.length > 0);
const workers = functions.filter(({ spec }) => spec.consumes);
const allRoutes = functions.flatMap(({ routes }) => routes);
const eventTypes = consumableOf(...contexts);

/** The function's handler with the variables that its manifest gives it, on an empty table. */
const build = async (fn: (typeof functions)[number]) => {
  const { file, exportName } = entryOf(fn);
  const entry: EntryModule[string] | undefined = (await loadProjectEntries(file))[exportName];
  if (!entry) throw new Error(`${file} has no export ${exportName}`);
  const variables = Object.fromEntries(variablesOf(fn.spec, workflows).map((name) => [name, name]));
  const { rt } = createTestTable({ variables, services: [createFakeQueues().service] });
  return { rt, handler: entry.create(rt) };
};

describe('a context', () => {
  it.each(contexts)(
    '$context exports an entry point for each function of its manifest, and nothing else',
    async (context) => {
      const entries = functionsOf(context).map(entryOf);
      const files = new Set(entries.map(({ file }) => file));
      expect([...files]).toEqual([`functions/${context.context}/${context.context}.lambda.ts`]);
      const module = await loadProjectEntries([...files][0] as string);
      expect(Object.keys(module).sort()).toEqual(entries.map(({ exportName }) => exportName).sort());
      for (const entry of Object.values(module as Readonly<Record<string, LambdaEntry<keyof Clients>>>)) {
        expect(entry.create).toBeTypeOf('function');
        for (const client of Object.values(entry.clients)) expect(client).toBeTypeOf('function');
      }
    },
  );

  it('has one file of entry points', async () => {
    const files: string[] = [];
    for await (const file of glob('functions/**/*.lambda.ts', { cwd: join(import.meta.dirname, '../..') }))
      files.push(file);
    expect(files.sort()).toEqual([...new Set(functions.map((fn) => entryOf(fn).file))].sort());
  });

  it.each(contexts)('$context has a function for each group of routes', ({ functions, routes = {} }) => {
    for (const [name, group] of Object.entries(routes)) {
      expect(functions).toHaveProperty(name);
      expect(Object.keys(group).length).toBeGreaterThan(0);
    }
  });
});

it.each(functions)('$id has one kind of trigger: routes or another', ({ spec, routes }) => {
  const triggers = [spec.authorizes, spec.consumes, spec.streams, spec.everyMinutes, spec.task, routes.length > 0];
  expect(triggers.filter(Boolean)).toHaveLength(1);
});

describe('the routes', () => {
  it('are served by several functions', () => {
    expect(httpFunctions.length).toBeGreaterThan(5);
  });

  it('belong to one function each', () => {
    const addresses = allRoutes.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it.each(allRoutes)(
    '$method $path has a schema for each of its path parameters, and for no other',
    ({ path, params = {} }) => {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(params).sort()).toEqual(inPath.sort());
    },
  );

  it.each(allRoutes)('$method $path has a success response and a summary', ({ responses, summary }) => {
    expect(Object.keys(responses).length).toBeGreaterThan(0);
    for (const status of Object.keys(responses)) expect(status).toMatch(/^2\d\d$/);
    expect(summary).toMatch(/^[A-Z].*\.$/);
  });
});

/** The route's path with values that its schemas accept. */
const examplePath = ({ path, params = {} }: RouteDefinition) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const example = ['sandbox', 't1.o1'].find((value) => params[name]?.safeParse(value).success);
    if (!example) throw new Error(`${path} needs another example of ${name}`);
    return example;
  });

describe.each(httpFunctions)('$id', (fn) => {
  it('serves the routes of its manifest to callers of their scope only', async () => {
    const { handler } = await build(fn);
    for (const route of fn.routes) {
      const { method, path, scope } = route;
      const { body } = await request(handler as HttpFunction, { method, path: examplePath(route) });
      // a public route reaches its handler, whatever that answers to an empty request
      if (scope === 'public') expect(['not_found', 'forbidden'], path).not.toContain(body.code);
      else expect(body.code, `${method} ${path}`).toBe('unauthenticated');
    }
  });

  it('serves no route of another function', async () => {
    const { handler } = await build(fn);
    for (const route of allRoutes.filter((other) => !fn.routes.includes(other))) {
      const { body } = await request(handler as HttpFunction, { method: route.method, path: examplePath(route) });
      expect(body.code, `${route.method} ${route.path}`).toBe('not_found');
    }
  });
});

describe.each(workers)('$id', (fn) => {
  it('consumes the event types of its manifest, and refuses every other', async () => {
    const { rt, handler } = await build(fn);
    const logError = vi.spyOn(rt.logger, 'error').mockReturnValue(undefined);
    const types = [...eventTypes, 'ThingHappened.v1'];
    // an empty event is invalid for its consumer, so the worker refuses each message, and its error says why
    await handler(messages(...types.map((type) => ({ ...busEvent({ type }), detail: {} }))), invocation());
    const errors = logError.mock.calls.map(([, details]) => (details as { error: Error }).error.message);
    expect(errors).toHaveLength(types.length);
    const consumed = types.filter((type) => !errors.includes(`no consumer of ${type}`));
    expect(consumed.sort()).toEqual([...(fn.spec.consumes ?? [])].sort());
  });

  it('consumes only events that a context publishes, or receives from SES', () => {
    expect(eventTypes).toEqual(expect.arrayContaining([...(fn.spec.consumes ?? [])]));
  });
});
