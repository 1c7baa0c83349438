import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generatedFiles } from '../../docs/generate/generate.ts';

const ROOT = join(import.meta.dirname, '../..');

it.each(Object.entries(generatedFiles()))('%s is up to date (`npm run docs` writes it)', (path, text) => {
  expect(existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : '').toBe(text);
});
