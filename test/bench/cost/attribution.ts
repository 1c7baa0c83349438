import type { RouteDefinition } from '#platform/http/route';
import { type FunctionId, functionsOf, type Manifest, type NamedFunction, names } from '#platform/manifest';

/** The context that pays for something, and the function that used it, unless a workflow or the bus did. */
export type Payer = { readonly context: string; readonly function?: FunctionId };

type ApiEvent = { readonly httpMethod?: string; readonly resource?: string };
type LogLine = { readonly service?: unknown; readonly message?: unknown };

const parseLine = (line: string): LogLine => {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return {};
  }
};

/**
 * Assigns everything that AWS bills to exactly one context, so that each budget counts its own context alone. A standalone context
 * is another product (the sandbox plays the payment provider), and nothing of it is counted.
 */
export const createAttribution = (contexts: readonly Manifest[], stage: 'dev') => {
  const deployed = names(stage);
  const ours = contexts.filter(({ standalone }) => !standalone);
  const functions = functionsOf(...ours);
  const byId = new Map(functions.map((fn) => [fn.id, fn]));
  const byName = new Map(functions.map((fn) => [deployed.fn(fn.id), fn]));
  const byQueue = new Map(functions.map((fn) => [deployed.queue(fn.id), fn]));
  const byWorkflow = new Map(
    ours.flatMap(({ context, workflows = {} }) => Object.keys(workflows).map((id) => [deployed.workflow(id), context])),
  );
  const bySource = new Map(ours.map(({ context }) => [`breakwater.${context}`, context]));
  const toPayer = (found: NamedFunction | undefined): Payer | undefined =>
    found && { context: found.context, function: found.id };

  return {
    /** The authorizer runs in front of every route that is not public. */
    authorizer: toPayer(functions.find(({ spec }) => spec.authorizes)),
    findFunction: (id: FunctionId) => toPayer(byId.get(id)),
    /** `name` is the name under which the function is deployed, as callers of services have it. */
    findCaller: (name: string) => toPayer(byName.get(name)),
    /** A delivery to a queue is paid by the function that consumes it, not by the publisher of the event. */
    findConsumer: (queue: string) => toPayer(byQueue.get(queue)),
    /** An event is paid by the context whose item carried it, however many contexts consume it. */
    findPublisher(source: string | undefined): Payer | undefined {
      const context = bySource.get(source ?? '');
      return context === undefined ? undefined : { context };
    },
    findWorkflowOwner(machine: string): Payer | undefined {
      const context = byWorkflow.get(machine);
      return context === undefined ? undefined : { context };
    },
    /** A line belongs to the function that wrote it, or to the function whose failure the host reports in Lambda's place. */
    findLogger(line: string): Payer | undefined {
      const { service, message } = parseLine(line);
      const failed = typeof message === 'string' ? message.split(' ')[0] : undefined;
      return toPayer(byName.get(String(service)) ?? byId.get(failed ?? ''));
    },
    /** The route that the function answers with this invocation, if API Gateway made it. */
    findRoute(id: FunctionId, event: unknown): RouteDefinition | undefined {
      const { httpMethod, resource } = (event ?? {}) as ApiEvent;
      if (httpMethod === undefined) return undefined;
      const routes = byId.get(id)?.routes ?? [];
      const toPattern = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1');
      return routes.find(
        ({ method, path }) => method === httpMethod && (path === resource || toPattern(path) === resource),
      );
    },
  };
};
