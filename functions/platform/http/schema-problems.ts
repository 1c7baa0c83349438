import type * as z from 'zod/mini';
import type { PlatformProblemCode } from '#platform/http/problems';

type Schema = z.core.$ZodType;

const problems = new WeakMap<object, PlatformProblemCode>();

/** The schema, with the problem that answers a value that does not match it, wherever a request has it: in a path or in a body. */
export const withProblem = <S extends object>(schema: S, problem: PlatformProblemCode): S => {
  problems.set(schema, problem);
  return schema;
};

/** The problem of a value that does not match the schema; undefined where the schema names none. */
export const problemOf = (schema: Schema | undefined): PlatformProblemCode | undefined =>
  schema && problems.get(schema);

const definitionOf = (schema: Schema) =>
  schema._zod.def as { readonly shape?: Readonly<Record<string, Schema>>; readonly element?: Schema };

/** The schema of a part. Clients choose the names in a path, so only the schema's own names count. */
const childAt = (schema: Schema | undefined, part: PropertyKey): Schema | undefined => {
  const { shape = {}, element } = schema ? definitionOf(schema) : {};
  return element ?? (Object.hasOwn(shape, part) ? shape[part as string] : undefined);
};

type Issues = { readonly issues: readonly { readonly input?: unknown; readonly path: readonly PropertyKey[] }[] };

/** The first problem that a part of an invalid input has by its schema. A part that is missing is an error of the whole. */
export const problemOfParts = (schema: Schema, { issues }: Issues): PlatformProblemCode | undefined =>
  issues
    .map(({ input, path }) =>
      input === undefined ? undefined : problemOf(path.reduce<Schema | undefined>(childAt, schema)),
    )
    .find(Boolean);

/** The problems of a schema and of all its parts. */
export const problemsWithin = (schema: Schema): readonly PlatformProblemCode[] => {
  const { shape = {}, element } = definitionOf(schema);
  const own = problemOf(schema);
  return [...(own ? [own] : []), ...[...Object.values(shape), ...(element ? [element] : [])].flatMap(problemsWithin)];
};
