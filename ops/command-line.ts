import { parseArgs } from 'node:util';
import * as z from 'zod';
import { isStageName, STAGE_KINDS, type StageKind, type StageName, stageKindOf } from '#platform/manifest';

/** A mistake that the user can correct. It is printed without its stack. */
export class UserError extends Error {}

/** A mistake in the arguments, after which the usage of the command is printed too. */
export class UsageError extends UserError {}

/** A stage of one of these kinds. */
export const stageOption = (kinds: readonly StageKind[]) =>
  z
    .custom<StageName>(
      (value) => typeof value === 'string' && isStageName(value) && kinds.includes(stageKindOf(value)),
      { error: `expected one of ${kinds.join(', ')}, or a name before it, such as blue-dev` },
    )
    .default('dev');

/** The options of every command that reaches the resources of a stage. */
export const accountOptions = {
  stage: stageOption(STAGE_KINDS),
  endpoint: z.url().optional(),
  region: z.string().min(1).optional(),
};

/** The schema of an option's value, without its default. */
const withoutDefault = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? withoutDefault(schema.def.innerType) : schema;

type ParseArgsOption = { readonly type: 'string' | 'boolean'; readonly multiple: boolean; readonly short?: string };
type ParseArgsOptions = Readonly<Record<string, ParseArgsOption>>;

const splitArguments = (args: readonly string[], options: ParseArgsOptions, allowPositionals: boolean) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

/**
 * Parses the arguments of a command. Each key of the schema is the name of an option: a boolean is a flag, everything else takes
 * a value, and an array takes one each time that the option is given. `shorts` are second names of one letter, by option.
 */
export const parseCommandLine = <Shape extends z.ZodRawShape>(
  args: readonly string[],
  schema: z.ZodObject<Shape>,
  {
    allowPositionals = false,
    shorts = {},
  }: { readonly allowPositionals?: boolean; readonly shorts?: { readonly [name in keyof Shape]?: string } } = {},
) => {
  const options = Object.fromEntries(
    Object.entries(schema.shape).map(([name, option]): [string, ParseArgsOption] => {
      const inner = withoutDefault(option);
      const [type, multiple] = [
        inner instanceof z.ZodBoolean ? 'boolean' : 'string',
        inner instanceof z.ZodArray,
      ] as const;
      const short = shorts[name];
      return [name, { type, multiple, ...(short !== undefined && { short }) }];
    }),
  );
  const { values, positionals } = splitArguments(args, options, allowPositionals);
  const result = schema.safeParse(values);
  if (result.success) return { options: result.data, positionals };
  throw new UsageError(result.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '));
};
