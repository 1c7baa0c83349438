import { expect, it } from 'vitest';
import { secretReader } from '#platform/runtime/secret';
import { createSecretsManager } from '../../../embedded/aws/secrets/secrets.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';

const NAME = 'breakwater/test/operator-key';

it('reads a secret once in 5 minutes, and then sees a new value', async () => {
  const values = new Map([[NAME, 'first']]);
  const { rt, clock } = createTestRuntime({ services: [createSecretsManager(values)] });
  const read = secretReader(rt, 'operator-key');
  expect(await read()).toBe('first');
  values.set(NAME, 'second');
  clock.advance(5 * 60_000 - 1);
  expect(await read()).toBe('first');
  clock.advance(1);
  expect(await read()).toBe('second');
});

it('fails without a value, and does not cache the failure', async () => {
  const values = new Map<string, string>();
  const { rt } = createTestRuntime({ services: [createSecretsManager(values)] });
  const read = secretReader(rt, 'operator-key');
  await expect(read()).rejects.toThrow("can't find");
  values.set(NAME, '');
  await expect(read()).rejects.toThrow('empty');
  values.set(NAME, 'late');
  expect(await read()).toBe('late');
});
