import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Secret } from '#shared/manifest';
import { remember } from '#shared/remember';
import type { Runtime } from '#shared/runtime';

const FRESH_MS = 5 * 60_000;

/** Reads a secret, and again after 5 minutes, so that a new one is in use by then. */
export const secret = (rt: Runtime<'secrets'>, name: Secret): (() => Promise<string>) => {
  const known = remember<string>({ forMs: FRESH_MS, most: 1, now: () => rt.now().getTime() });
  return async () => {
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    const SecretId = `${rt.env('SECRET_PREFIX')}/${name}`;
    const { SecretString: value } = await rt.secrets.send(new GetSecretValueCommand({ SecretId }));
    if (!value) throw new Error(`the secret ${name} is empty`);
    known.set(name, value);
    return value;
  };
};
