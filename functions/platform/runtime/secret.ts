import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Runtime } from '#platform/runtime/runtime';
import { ttlCache } from '#platform/runtime/ttl-cache';

const TTL_MS = 5 * 60_000;

/** Reads a secret of the stage by its name, and again after 5 minutes, so that a rotated secret takes effect. */
export const secretReader = (rt: Runtime<'secrets'>, name: string): (() => Promise<string>) => {
  const cache = ttlCache<string>({ ttlMs: TTL_MS, maxKeys: 1, now: () => rt.now().getTime() });
  return async () => {
    const cached = cache.get(name);
    if (cached !== undefined) return cached;
    const SecretId = `${rt.env('SECRET_PREFIX')}/${name}`;
    const { SecretString: value } = await rt.secrets.send(new GetSecretValueCommand({ SecretId }));
    if (!value) throw new Error(`the secret ${name} is empty`);
    cache.set(name, value);
    return value;
  };
};
