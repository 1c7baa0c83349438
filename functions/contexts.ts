import { catalog } from '#catalog/manifest';
import { inventory } from '#inventory/manifest';
import { notifications } from '#notifications/manifest';
import { operations } from '#operations/manifest';
import { orders } from '#orders/manifest';
import { payments } from '#payments/manifest';
import { gatewayProblems, type Problem, platformProblems } from '#platform/http/problems';
import type { Manifest } from '#platform/manifest';
import { relay } from '#relay/manifest';
import { sandbox } from '#sandbox/manifest';
import { tenants } from '#tenants/manifest';

const list = [
  tenants,
  catalog,
  inventory,
  orders,
  payments,
  sandbox,
  relay,
  notifications,
  operations,
] as const satisfies readonly Manifest[];

/** Every context. `npm run new:context` adds one. Stages, hosts, docs, tests and tools derive their lists from this one. */
export const contexts: readonly Manifest[] = list;

type Context = (typeof list)[number];
type KeysOf<C, K extends string> = C extends Readonly<Record<K, infer T>> ? keyof T & string : never;

/** The name of a secret that a context declares. */
export type SecretName = KeysOf<Context, 'secrets'>;

export type ProblemCode = KeysOf<Context, 'problems'> | keyof typeof platformProblems | keyof typeof gatewayProblems;

const merged = <T>(kind: string, parts: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> => {
  const entries = parts.flatMap((part) => Object.entries(part));
  for (const [name, definition] of entries)
    if (
      entries.some(
        ([other, otherDefinition]) => other === name && JSON.stringify(otherDefinition) !== JSON.stringify(definition),
      )
    )
      throw new Error(`two contexts define the ${kind} ${name} differently`);
  return Object.fromEntries(entries);
};

/** Every problem that the API may answer with, by code. */
export const problems = merged('problem', [
  platformProblems,
  gatewayProblems,
  ...contexts.map(({ problems = {} }) => problems),
]) as Readonly<Record<ProblemCode, Problem>>;

/** Every saga error, by name. */
export const sagaErrors = merged(
  'saga error',
  contexts.map(({ sagaErrors = {} }) => sagaErrors),
);
