import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { flow } from '../../docs/flow.ts';

it('has docs/flow.md as the manifests and sagas are; `npm run docs` makes it anew', () => {
  expect(readFileSync(new URL('../../docs/flow.md', import.meta.url), 'utf8')).toBe(flow());
});
