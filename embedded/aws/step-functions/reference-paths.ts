import { findAtPath, findField, pathSegments } from '../json-path.ts';
import { StateFailure } from './failure.ts';

/** Reference paths, which start with `$` (the input) or `$$` (the context object): `$.customer.emails[0]`, `$$.Execution.Name`. */
const REFERENCE_PATH = /^\$\$?(?:\.[A-Za-z_][\w-]*|\[\d+\])*$/;

export type PathSources = { readonly input: unknown; readonly context: unknown };

export const isReferencePath = (text: string): boolean => REFERENCE_PATH.test(text);

/** Returns the value at the path. If there is none, the state fails with `errorName`. */
export const resolvePath = (
  path: string,
  { input, context }: PathSources,
  errorName = 'States.ParameterPathFailure',
): unknown => {
  const root = path.startsWith('$$') ? context : input;
  const value = findAtPath(path, root);
  if (value === undefined) throw new StateFailure(errorName, `The path '${path}' could not be found.`);
  return value;
};

/** Fills a payload template. A field `name.$` contains a path; the result has a field `name` with the value at that path. */
export const fillTemplate = (template: unknown, sources: PathSources): unknown => {
  if (Array.isArray(template)) return template.map((item) => fillTemplate(item, sources));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) =>
      name.endsWith('.$') ? [name.slice(0, -2), resolvePath(value, sources)] : [name, fillTemplate(value, sources)],
    ),
  );
};

const setAtPath = (target: unknown, [name, ...remaining]: readonly string[], value: unknown): unknown => {
  if (name === undefined) return value;
  if (typeof target !== 'object' || target === null || Array.isArray(target))
    throw new StateFailure('States.ResultPathMatchFailure', `There is no object for the field '${name}'.`);
  return { ...target, [name]: setAtPath(findField(target, name) ?? {}, remaining, value) };
};

/** Writes the result into the input at `ResultPath`. `$` replaces the whole input; null discards the result. */
export const applyResultPath = (path: string | null | undefined, input: unknown, result: unknown): unknown =>
  path === null ? input : setAtPath(input, pathSegments(path ?? '$'), result);
