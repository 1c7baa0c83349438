import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identifiersOf } from './identifiers.ts';
import { retiredPaths, retiredPhrases } from './retired-phrases.ts';
import { retiredIdentifiers } from './retired-words.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The lists themselves, the examples of the style guide, and what was generated or written by others. */
const IGNORED = [
  ...['test/docs/retired-*.ts', 'docs/style.md', 'CHANGELOG.md', 'LICENSE'],
  ...['docs/bench/**', 'test/infra/snapshots/**', '**/package-lock.json'],
];
const TEXT = /\.(?:ts|md|json|mjs|cjs|py|toml)$/;

const isIn = (path: string, globs: readonly string[]) => globs.some((glob) => matchesGlob(path, glob));
const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
const paths = tracked.filter((path) => path !== '' && !isIn(path, IGNORED));
const files = paths
  .filter((path) => TEXT.test(path))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
const code = files
  .filter(({ path }) => path.endsWith('.ts'))
  .map(({ path, text }) => ({ path, identifiers: [...identifiersOf(text)] }));

type Retired = { readonly path: string; readonly line: number; readonly word: string; readonly instead: string };
const describeAll = (retired: readonly Retired[]) =>
  retired.map(({ path, line, word, instead }) => `${path}:${line} ${word} -> ${instead}`).sort();

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const alternatives = (words: readonly string[]) =>
  words.map((word) => escaped(word).replaceAll('\\*', '\\w*')).join('|');

/** The listed word that an identifier is, or begins with where the word ends in `*`. */
const listedWord = (identifier: string, words: Readonly<Record<string, string>>): string | undefined =>
  Object.hasOwn(words, identifier)
    ? identifier
    : Object.keys(words).find((word) => word.endsWith('*') && identifier.startsWith(word.slice(0, -1)));

// in a comment, a phrase may continue after the start of the next line
const SPACE = String.raw`(?:[^\S\n]+|[^\S\n]*\n\s*(?:\*|\/\/|#)?\s*)`;
const phrasePattern = new RegExp(
  String.raw`(?<![\w-])(?:${Object.keys(retiredPhrases)
    .sort((a, b) => b.length - a.length)
    .map((phrase) => phrase.split(' ').map(escaped).join(SPACE))
    .join('|')})(?![\w-])`,
  'gi',
);
const phrasesIn = (text: string) =>
  [...text.matchAll(phrasePattern)].map((match) => ({
    word: match[0].toLowerCase().replaceAll(new RegExp(SPACE, 'g'), ' '),
    line: text.slice(0, match.index).split('\n').length,
  }));

describe('no retired word returns', () => {
  it('as an identifier', () => {
    const retired = retiredIdentifiers.flatMap(({ globs, except = [], words }) => {
      const pattern = new RegExp(`^(?:${alternatives(Object.keys(words))})$`);
      return code
        .filter(({ path }) => isIn(path, globs) && !isIn(path, except))
        .flatMap(({ path, identifiers }) =>
          identifiers
            .filter(([identifier]) => pattern.test(identifier))
            .flatMap(([identifier, lines]) => {
              const instead = words[listedWord(identifier, words) ?? ''] ?? '';
              return lines.map((line) => ({ path, line, word: identifier, instead }));
            }),
        );
    });
    expect(describeAll(retired)).toEqual([]);
  });

  it('in a path', () => {
    const retired = Object.entries(retiredPaths).flatMap(([glob, instead]) =>
      paths.filter((path) => matchesGlob(path, glob)).map((path) => ({ path, line: 1, word: glob, instead })),
    );
    expect(describeAll(retired)).toEqual([]);
  });

  it('in a phrase of a text or comment', () => {
    const retired = files.flatMap(({ path, text }) =>
      phrasesIn(text).map(({ word, line }) => ({ path, line, word, instead: retiredPhrases[word] ?? '' })),
    );
    expect(describeAll(retired)).toEqual([]);
  });

  it('unseen: each glob of identifiers matches files', () => {
    const globs = [...new Set(retiredIdentifiers.flatMap((group) => group.globs))];
    expect(globs.filter((glob) => !code.some(({ path }) => matchesGlob(path, glob)))).toEqual([]);
  });
});

describe('the search', () => {
  it('finds identifiers and their lines, and skips comments, strings and regular expressions', () => {
    const text = [
      'const told = a / b; // asked',
      "const url = 'heard'; /* said",
      'said */ const s = `x ${told + `${inner}`} given`;',
      'const p = /[\'"`]standing/g, after = 1;',
      'draws.map(({ asked: renamed }) => renamed);',
    ].join('\n');
    const found = identifiersOf(text);
    expect(found.get('told')).toEqual([1, 3]);
    expect(found.get('inner')).toEqual([3]);
    expect(found.get('after')).toEqual([4]);
    expect(found.get('asked')).toEqual([5]);
    for (const hidden of ['heard', 'said', 'given', 'standing']) expect(found.has(hidden)).toBe(false);
  });

  it('matches whole identifiers, and beginnings where the list says so', () => {
    expect(listedWord('draw', { draw: 'allocate' })).toBe('draw');
    expect(listedWord('drawChart', { draw: 'allocate' })).toBeUndefined();
    expect(listedWord('LONGEST_KEY', { 'LONGEST_*': 'MAX_...' })).toBe('LONGEST_*');
    expect(listedWord('constructor', { draw: 'allocate' })).toBeUndefined();
  });

  it('finds phrases in any case and across the lines of a comment', () => {
    const text =
      '/**\n * Whoever reads it is\n * to wait. However, that is too late, as it\n// should be known. A nightly, amid-ship.\n */';
    expect(phrasesIn(text)).toEqual([
      { word: 'whoever', line: 2 },
      { word: 'is to', line: 2 },
      { word: 'as it should be', line: 3 },
    ]);
  });
});
