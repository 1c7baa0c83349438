import { afterAll, expect } from 'vitest';
import { host } from './host.ts';
import { countRetries } from './retries.ts';

afterAll(() => {
  expect(countRetries(), 'requests that were sent again').toBeLessThanOrEqual(host.maxRetries);
});
