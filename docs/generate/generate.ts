import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contexts } from '#contexts';
import { toAsl } from '#platform/saga/definition';
import { withGeneratedPart } from './context-readme.ts';
import { flow } from './flow.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Every generated file by its path from the project's root, with the text that it should have. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'docs/flow.md': flow(),
  ...Object.fromEntries(
    contexts.map((manifest) => {
      const path = `functions/${manifest.context}/README.md`;
      const readme = existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : `# ${manifest.context}\n`;
      return [path, withGeneratedPart(readme, manifest)];
    }),
  ),
  ...Object.fromEntries(
    contexts.flatMap(({ context, workflows = {} }) =>
      Object.entries(workflows).map(([id, saga]) => [
        `functions/${context}/saga/${id}.asl.json`,
        `${JSON.stringify(toAsl(saga), undefined, 2)}\n`,
      ]),
    ),
  ),
});

if (import.meta.main)
  for (const [path, text] of Object.entries(generatedFiles())) writeFileSync(join(ROOT, path), text);
