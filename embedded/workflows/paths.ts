import { StateFailure } from './failure.ts';

/** `$` and `$$` with fields and indexes: `$.order.lines[0]`, `$$.Execution.Name`. */
const PATH = /^\$\$?(?:\.[A-Za-z_][\w-]*|\[\d+\])*$/;

export type Scope = { readonly input: unknown; readonly context: unknown };

export const isPath = (text: string): boolean => PATH.test(text);

const segments = (path: string): string[] => path.match(/[A-Za-z_][\w-]*|\d+(?=\])/g) ?? [];

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** The value at the path. None is a failure of the state, which names `error`. */
export const at = (path: string, { input, context }: Scope, error = 'States.ParameterPathFailure'): unknown => {
  const root = path.startsWith('$$') ? context : input;
  const value = segments(path).reduce(field, root);
  if (value === undefined) throw new StateFailure(error, `The path '${path}' could not be found.`);
  return value;
};

/** A payload template: what stands under `name.$` is a path to the value of `name`. */
export const fill = (template: unknown, scope: Scope): unknown => {
  if (Array.isArray(template)) return template.map((item) => fill(item, scope));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) =>
      name.endsWith('.$') ? [name.slice(0, -2), at(value, scope)] : [name, fill(value, scope)],
    ),
  );
};

const put = (target: unknown, [name, ...rest]: readonly string[], value: unknown): unknown => {
  if (name === undefined) return value;
  if (typeof target !== 'object' || target === null || Array.isArray(target))
    throw new StateFailure('States.ResultPathMatchFailure', `There is no object to put '${name}' into.`);
  return { ...target, [name]: put(field(target, name) ?? {}, rest, value) };
};

/** The input with the result at `ResultPath`: `$` replaces it, null drops the result. */
export const place = (path: string | null | undefined, input: unknown, result: unknown): unknown =>
  path === null ? input : put(input, segments(path ?? '$'), result);
