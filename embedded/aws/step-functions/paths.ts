import { StateFailure } from './failure.ts';

/** `$` and `$$` with fields and indexes: `$.customer.emails[0]`, `$$.Execution.Name`. */
const PATH = /^\$\$?(?:\.[A-Za-z_][\w-]*|\[\d+\])*$/;

export type Scope = { readonly input: unknown; readonly context: unknown };

export const isPath = (text: string): boolean => PATH.test(text);

const pathSegments = (path: string): string[] => path.match(/[A-Za-z_][\w-]*|\d+(?=\])/g) ?? [];

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** The value at the path. If there is none, the state fails with `error`. */
export const resolvePath = (
  path: string,
  { input, context }: Scope,
  error = 'States.ParameterPathFailure',
): unknown => {
  const root = path.startsWith('$$') ? context : input;
  const value = pathSegments(path).reduce(fieldOf, root);
  if (value === undefined) throw new StateFailure(error, `The path '${path}' could not be found.`);
  return value;
};

/** Fills a payload template: the value of a field `name.$` is a path to the value of `name`. */
export const fillTemplate = (template: unknown, scope: Scope): unknown => {
  if (Array.isArray(template)) return template.map((item) => fillTemplate(item, scope));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) =>
      name.endsWith('.$') ? [name.slice(0, -2), resolvePath(value, scope)] : [name, fillTemplate(value, scope)],
    ),
  );
};

const put = (target: unknown, [name, ...remaining]: readonly string[], value: unknown): unknown => {
  if (name === undefined) return value;
  if (typeof target !== 'object' || target === null || Array.isArray(target))
    throw new StateFailure('States.ResultPathMatchFailure', `There is no object for the field '${name}'.`);
  return { ...target, [name]: put(fieldOf(target, name) ?? {}, remaining, value) };
};

/** Returns the input with the result at `ResultPath`: `$` replaces the input, null discards the result. */
export const applyResultPath = (path: string | null | undefined, input: unknown, result: unknown): unknown =>
  path === null ? input : put(input, pathSegments(path ?? '$'), result);
