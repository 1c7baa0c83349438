import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { flow } from '../../docs/flow.ts';

it('keeps docs/flow.md equal to the manifests and sagas; `npm run docs` writes it', () => {
  expect(readFileSync(new URL('../../docs/flow.md', import.meta.url), 'utf8')).toBe(flow());
});
