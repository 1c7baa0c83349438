import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** How code makes a value the name of a property. What a client chooses goes into a Map, a list or a value (ADR 71). */
const patterns: Readonly<Record<string, RegExp>> = {
  'an object from computed names': /Object\.fromEntries\(/,
  'an empty object for any name': /: (?:Partial<)?Record<string,.*> = \{\}/,
  'a cast to an object of any name': /as (?:Readonly<)?Record<string,/,
  'a computed name': /[{,]\s*\[(?!table\])[a-z]\w*(?:\.\w+)*\]:/,
  'an index by a name that a client chooses':
    /\w\[(?:\w+\.)?(?:sku|token|reference|key|idempotencyKey|email|currency)\]/,
  'an attribute name that is not a constant': /ExpressionAttributeNames: \{[^}]*:\s*(?!')[^\s'}]/,
};

/** Where the names are the code's own. */
const exceptions: Readonly<Record<string, string>> = {
  'functions/contexts.ts': 'codes of problems and names of saga errors',
  'functions/notifications/domain/date-time.ts': 'parts of a date',
  'functions/operations/use-cases/check-readiness.ts': 'names of dependencies',
  'functions/platform/http/idempotency.ts':
    'a copy that is written as JSON, in which `__proto__` is a name like any other',
  'functions/platform/http/route.ts': "codes of problems, and a route's parameters by the names in its contract",
  'functions/platform/messaging/dead-letter.ts': 'names of message attributes, from a constant list',
  'functions/platform/runtime/aws.ts': 'names of clients',
  'functions/platform/runtime/log-privacy.ts': 'a copy that is written as JSON',
  'functions/platform/saga/definition.ts': 'names of steps and of input fields',
  'functions/platform/table/aggregate-table.ts': 'names of guards',
  'functions/sandbox/http/provider.ts': 'a token, looked up with Object.hasOwn',
};

const findNames = (source: string) =>
  Object.entries(patterns)
    .filter(([, pattern]) => source.split('\n').some((line) => pattern.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line)))
    .map(([name]) => name);

const files = globSync('functions/**/*.ts', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
const found = files.flatMap((file) =>
  findNames(readFileSync(join(ROOT, file), 'utf8')).map((name) => `${file}: ${name}`),
);

it('no value is the name of a property, except names that the code itself chooses', () => {
  expect(files.length).toBeGreaterThan(150);
  expect(found.filter((finding) => !Object.keys(exceptions).some((file) => finding.startsWith(`${file}:`)))).toEqual(
    [],
  );
});

it('every exception is needed', () => {
  expect(Object.keys(exceptions).filter((file) => !found.some((finding) => finding.startsWith(`${file}:`)))).toEqual(
    [],
  );
});

it.each([
  'held: Object.fromEntries(heldQuantities(hold)),',
  "for (const item of Items) held += (item['held'] as Record<string, number>)[sku] ?? 0;",
  "ExpressionAttributeNames: { '#sku': sku },",
  'const units: Record<string, number> = {};',
  'units[line.sku] = 1;',
  'return { ...units, [sku]: 1 };',
  'const behaviour = tokens[body.token] ?? DECLINED;',
])('finds %s', (line) => expect(findNames(line)).not.toEqual([]));
