import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { contexts } from '#contexts';
import { contextFiles } from './context-template.ts';

const USAGE = `npm run new:context -- NAME [--entity ENTITY] [--event TYPE]

Creates a working context: a consumer that stores an entity for each event, a route that reads it, and tests.
  NAME      lower-case letters and digits, such as shipping
  --entity  what it stores, such as shipment (record)
  --event   the event that it consumes (OrderConfirmed.v1)`;

const ROOT = join(import.meta.dirname, '..');
const NAME_FORM = /^[a-z][a-z0-9]{1,30}$/;

class UserError extends Error {}

type JsonSchema = {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly pattern?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
};

/** A value that matches the schema, for the generated test. */
const sampleOf = (schema: JsonSchema): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'object')
    return Object.fromEntries((schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]));
  if (schema.type === 'array') return [sampleOf(schema.items ?? {})];
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (schema.type === 'boolean') return true;
  return schema.format === 'date-time' ? '2026-11-01T00:00:00.000Z' : 'abc';
};

/** The context that publishes the event, and a sample of the event's data. */
const findEvent = async (type: string) => {
  const publisher = contexts.find(({ publishes = [] }) => publishes.some((published) => published === type));
  if (!publisher) {
    const published = contexts.flatMap(({ publishes = [] }) => publishes);
    throw new UserError(`no context publishes ${type}; there are: ${published.join(', ')}`);
  }
  const contract = await import(pathToFileURL(join(ROOT, 'functions', publisher.context, 'contract.ts')).href);
  const definition = contract[type.replace(/\.v\d+$/, '')] as { readonly schema: z.core.$ZodType };
  const schema = z.toJSONSchema(definition.schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema;
  return { type, context: publisher.context, sampleData: sampleOf(schema.properties?.['data'] ?? {}) };
};

const insertAfter = (path: string, places: readonly (readonly [place: RegExp, text: string])[]) => {
  const file = join(ROOT, path);
  let content = readFileSync(file, 'utf8');
  for (const [place, text] of places) {
    if (!place.test(content)) throw new Error(`${path} has changed: add this by hand:\n${text}`);
    content = content.replace(place, (match) => `${match}${text}`);
  }
  writeFileSync(file, content);
};

/** Adds the context to the list of contexts, its item, its ceiling and its read to the page of the table, and its route to the README. */
const register = (context: string, entity: string) => {
  insertAfter('functions/contexts.ts', [
    [/import \{ sandbox \} from '#sandbox\/manifest';\n/, `import { ${context} } from '#${context}/manifest';\n`],
    [/const list = \[[^\]]*/, `  ${context},\n`],
  ]);
  insertAfter('docs/table.md', [
    [
      /## Items\n\n(?:\|.*\n)+/,
      `| ${entity} | \`${context}#<t>#${entity}#<id>\` | \`${entity}\` | - | ${context}-record |\n`,
    ],
    [
      /## Ceilings\n\n(?:(?!## ).*\n)*?(?:\|.*\n)+/,
      `| \`${context}#<t>#${entity}#<id>\` | table | - | - | - | - | the ${entity} |\n`,
    ],
    [/## Access patterns\n\n(?:\|.*\n)+/, `| a ${entity} | GetItem | strong |\n`],
  ]);
  insertAfter('README.md', [
    [/\| `POST \/v1\/orders\/\{id\}\/resume`.*\n/, `| \`GET /v1/${context}/{id}\` | the ${entity} with this id |\n`],
  ]);
};

const main = async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      entity: { type: 'string', default: 'record' },
      event: { type: 'string', default: 'OrderConfirmed.v1' },
      help: { type: 'boolean' },
    },
  });
  const [context = '', ...others] = positionals;
  const { entity, event } = values;
  if (values.help) return console.log(USAGE);
  if (others.length > 0 || ![context, entity].every((name) => NAME_FORM.test(name))) throw new UserError(USAGE);
  if (existsSync(join(ROOT, 'functions', context))) throw new UserError(`functions/${context} exists already`);

  const files = contextFiles({ context, entity, event: await findEvent(event) });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
  register(context, entity);
  console.log(`Created the context ${context}:\n${Object.keys(files)
    .map((path) => `  ${path}`)
    .join('\n')}
and added it to functions/contexts.ts, docs/table.md and README.md.

Next: npm run fix && npm run update, then the checks of "Add a context" in CONTRIBUTING.md.`);
};

main().catch((error: Error) => {
  const isMistake = error instanceof UserError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(isMistake ? error.message : error);
  process.exitCode = 1;
});
