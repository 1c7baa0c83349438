import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Secret } from '#shared/manifest';
import type { Runtime } from '#shared/runtime';

const FRESH_MS = 5 * 60_000;

/** Reads a secret, and again after 5 minutes, so that a new one is in use by then. */
export const secret = (rt: Runtime<'secrets'>, name: Secret): (() => Promise<string>) => {
  let read: { readonly value: string; readonly at: number } | undefined;
  return async () => {
    const now = rt.now().getTime();
    if (read && now - read.at < FRESH_MS) return read.value;
    const SecretId = `${rt.env('SECRET_PREFIX')}/${name}`;
    const { SecretString: value } = await rt.secrets.send(new GetSecretValueCommand({ SecretId }));
    if (!value) throw new Error(`the secret ${name} is empty`);
    read = { value, at: now };
    return value;
  };
};
