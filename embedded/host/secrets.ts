import type { names } from '#platform/manifest';
import { createSecretsManager } from '../aws/secrets/secrets.ts';
import type { Service } from '../aws/service.ts';

export type SecretValues = Readonly<Record<string, string>>;

/** Secrets Manager with the secrets of one stage. */
export const createSecrets = (values: SecretValues, named: ReturnType<typeof names>): Service =>
  createSecretsManager(new Map(Object.entries(values).map(([name, value]) => [named.secret(name), value])));
