import type * as z from 'zod/mini';
import type { PlatformProblemCode } from '#platform/http/problems';
import { schemaProblems } from '#platform/schemas';

type Schema = z.core.$ZodType;

/** The problem of a value that does not match the schema; undefined where the schema names none. */
export const problemOf = (schema: Schema): PlatformProblemCode | undefined => schemaProblems.get(schema)?.problem;

const definitionOf = (schema: Schema) =>
  schema._zod.def as { readonly shape?: Readonly<Record<string, Schema>>; readonly element?: Schema };

const childAt = (schema: Schema, part: PropertyKey): Schema | undefined => {
  const { shape = {}, element } = definitionOf(schema);
  return element ?? (Object.hasOwn(shape, part) ? shape[String(part)] : undefined);
};

/** The problem of the value at a path of the schema's input. */
const problemAt = (schema: Schema, path: readonly PropertyKey[]): PlatformProblemCode | undefined => {
  const found = path.reduce<Schema | undefined>((inner, part) => inner && childAt(inner, part), schema);
  return found && problemOf(found);
};

/** The first problem that a part of an invalid input has by its schema. A part that is missing is an error of the whole. */
export const problemOfParts = (schema: Schema, { issues }: z.core.$ZodError): PlatformProblemCode | undefined =>
  issues
    .filter(({ input }) => input !== undefined)
    .map(({ path }) => problemAt(schema, path))
    .find((code) => code !== undefined);

/** The problems of a schema and of all its parts. */
export const problemsWithin = (schema: Schema): readonly PlatformProblemCode[] => {
  const { shape = {}, element } = definitionOf(schema);
  const own = problemOf(schema);
  return [...(own ? [own] : []), ...[...Object.values(shape), ...(element ? [element] : [])].flatMap(problemsWithin)];
};
