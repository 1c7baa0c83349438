import type { Manifest } from '#shared/manifest';
import { tasksOf } from './constructs/saga.ts';
import { type Deployment, functionsOf } from './deployment.ts';

/**
 * The contexts that must stand before this one: those whose functions its workflows call, the provider that it asks, and,
 * before the relay brings the first event to the bus, everyone who consumes events.
 */
export const contextsBefore = (manifest: Manifest, { stage, manifests }: Deployment): readonly string[] => {
  const own = functionsOf(manifest).map(({ spec }) => spec);
  const tasks = Object.values(manifest.workflows ?? {}).flatMap(tasksOf);
  const asksProvider = stage.provider === 'sandbox' && own.some((spec) => spec.callsProvider || spec.inspects);
  const relays = own.some((spec) => spec.streams);
  return manifests
    .filter((other) => other !== manifest)
    .filter(
      (other) =>
        functionsOf(other).some(({ id }) => tasks.includes(id)) ||
        (asksProvider && other.standalone) ||
        (relays && functionsOf(other).some(({ spec }) => spec.consumes)),
    )
    .map(({ context }) => context);
};
