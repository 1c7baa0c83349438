import { expect, it } from 'vitest';
import { secretReader } from '#platform/runtime/secret';
import { createSecretsManager } from '../../embedded/aws/secrets/secrets.ts';
import { world } from './fixtures/world.ts';

const NAME = 'breakwater/test/operator-key';

it('reads a secret once in 5 minutes, and then sees a new one', async () => {
  const values = new Map([[NAME, 'first']]);
  const { rt, clock } = world({ services: [createSecretsManager(values)] });
  const read = secretReader(rt, 'operator-key');
  expect(await read()).toBe('first');
  values.set(NAME, 'second');
  clock.advance(5 * 60_000 - 1);
  expect(await read()).toBe('first');
  clock.advance(1);
  expect(await read()).toBe('second');
});

it('is in error without the secret, and does not remember that', async () => {
  const values = new Map<string, string>();
  const { rt } = world({ services: [createSecretsManager(values)] });
  const read = secretReader(rt, 'operator-key');
  await expect(read()).rejects.toThrow("can't find");
  values.set(NAME, '');
  await expect(read()).rejects.toThrow('empty');
  values.set(NAME, 'late');
  expect(await read()).toBe('late');
});
