import { type ParseArgsConfig, parseArgs } from 'node:util';
import * as z from 'zod';
import { isStageName, STAGE_KINDS, type StageKind, type StageName, stageKindOf } from '#platform/manifest';

/** A mistake that the user can correct. It is printed without its stack. */
export class UserError extends Error {}

/** What to do if a resource of the stage is not found, or may not be used. */
export const CHECK_STAGE = 'check --stage, and that the credentials and the region are those of the stage';

/** A mistake in the arguments, after which the usage of the command is printed too. */
export class UsageError extends UserError {}

/** A stage of one of these kinds, which may have a name of its own. */
export const stageOption = (kinds: readonly StageKind[] = STAGE_KINDS) =>
  z
    .custom<StageName>(
      (value) => typeof value === 'string' && isStageName(value) && kinds.includes(stageKindOf(value)),
      { error: `expected one of ${kinds.join(', ')}, or a name before it, such as blue-dev` },
    )
    .default('dev');

/** The options of every command that reaches the resources of a stage. */
export const accountOptions = {
  stage: stageOption(),
  endpoint: z.url().optional(),
  region: z.string().min(1).optional(),
};

const isFlag = (schema: z.core.$ZodType): boolean =>
  schema instanceof z.ZodDefault ? isFlag(schema.def.innerType) : schema instanceof z.ZodBoolean;

type Options = NonNullable<ParseArgsConfig['options']>;

/** Splits arguments into options and the rest. `parseArgs` would use the last of an option that is given twice, and drop the others. */
export const splitArguments = <const T extends Options>(
  args: readonly string[],
  options: T,
  { allowPositionals = false } = {},
) => {
  const split = () => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals, tokens: true });
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  };
  const { values, positionals, tokens } = split();
  const names = tokens.flatMap((token) =>
    token.kind === 'option' && !options[token.name]?.multiple ? token.name : [],
  );
  const repeated = findRepeated(names);
  if (repeated !== undefined) throw new UsageError(`--${repeated} is given more than once`);
  return { values, positionals };
};

/** The first value that an earlier one equals. */
export const findRepeated = (values: readonly string[]): string | undefined =>
  values.find((value, index) => values.indexOf(value) < index);

/**
 * Parses the arguments of a command. Each key of the schema is the name of an option: a boolean is a flag, everything else takes
 * a value.
 */
export const parseCommandLine = <Shape extends z.ZodRawShape>(
  args: readonly string[],
  schema: z.ZodObject<Shape>,
  { allowPositionals = false } = {},
) => {
  const options = Object.fromEntries(
    Object.entries(schema.shape).map(([name, option]) => [
      name,
      { type: isFlag(option) ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { values, positionals } = splitArguments(args, options, { allowPositionals });
  const result = schema.safeParse(values);
  if (result.success) return { options: result.data, positionals };
  throw new UsageError(result.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '));
};
