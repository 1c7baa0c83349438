import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const filesIn = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(ROOT, folder, name), 'utf8') }));

/** Without a stage, a command reads `dev`, whatever stage has the problem: it finds nothing, and is believed. */
const STAGELESS = /npm run (-s )?(ops|republish|audit|preflight)\b(?![^`'"\n]*--stage)[^`'"\n]*/g;
const findStageless = (files: readonly { readonly path: string; readonly text: string }[]) =>
  files.flatMap(({ path, text }) => [...text.matchAll(STAGELESS)].map(([command]) => `${path}: ${command}`));

it('every command that a runbook prints has its stage', () =>
  expect(findStageless(filesIn('docs/runbooks', '.md'))).toEqual([]));

const BLOCK = /^```sh\n.*?^```/gms;

it('every variable of a runbook’s commands is explained on its page or in ops/README.md', () => {
  const shared = readFileSync(join(ROOT, 'ops/README.md'), 'utf8');
  const unexplained = filesIn('docs/runbooks', '.md').flatMap(({ path, text }) => {
    const used = [...(text.match(BLOCK) ?? []).join('\n').matchAll(/\$([A-Z_]+)/g)].map(([, name = '']) => name);
    const prose = text.replaceAll(BLOCK, '');
    return [...new Set(used)]
      .filter((name) => !prose.includes(`\`${name}\``) && !shared.includes(`| \`${name}\` |`))
      .map((name) => `${path}: ${name}`);
  });
  expect(unexplained).toEqual([]);
});

it('every command in a text of the code has its stage', () =>
  expect(findStageless(filesIn('functions', '.ts').concat(filesIn('ops', 'pauses.ts')))).toEqual([]));

it('the command of the sweeper’s log line is in a block of its runbook, so that a test runs it', () => {
  const [, command = ''] =
    /`(npm run [^`]*)`/.exec(readFileSync(join(ROOT, 'functions/orders/workers/sweep.ts'), 'utf8')) ?? [];
  const printed = command.replace(/\$\{.*?\}/, '"$STAGE"');
  const runbook = readFileSync(join(ROOT, 'docs/runbooks/sweeper-findings.md'), 'utf8');
  expect(runbook.split('\n')).toContain(printed);
});

it('a runbook prints republish in a block, so that a test runs it', () => {
  const outside = filesIn('docs/runbooks', '.md').flatMap(({ path, text }) =>
    text
      .replaceAll(BLOCK, '')
      .split('\n')
      .filter((line) => line.includes('npm run republish') || line.includes('npm run -s republish'))
      .map((line) => `${path}: ${line}`),
  );
  expect(outside).toEqual([]);
});
