import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretName } from '#contexts';
import { names, type StageName } from '#platform/manifest';
import { UserError } from './command-line.ts';

/** A stage in an AWS account: how clients reach it, and what its resources are called. */
export type Account = {
  readonly names: ReturnType<typeof names>;
  /** For every client. The AWS SDK finds what is not set here, for example in `AWS_REGION`. */
  readonly clientOptions: { readonly endpoint?: string; readonly region?: string };
};

type AccountOptions = {
  readonly stage: StageName;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
};

export const toAccount = ({ stage, endpoint, region }: AccountOptions): Account => ({
  names: names(stage),
  clientOptions: { ...(endpoint && { endpoint }), ...(region && { region }) },
});

/** The value of a secret of the stage. */
export const getSecret = async ({ names, clientOptions }: Account, name: SecretName): Promise<string> => {
  const SecretId = names.secret(name);
  const client = new SecretsManagerClient(clientOptions);
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId })).catch((error: Error) => {
    throw new UserError(`the secret ${SecretId} cannot be read: ${error.message} (${error.name})`);
  });
  if (!SecretString) throw new UserError(`the secret ${SecretId} is empty`);
  return SecretString;
};

/** The operator's key of the stage, from its secret. */
export const getOperatorKey = (account: Account): Promise<string> => getSecret(account, 'operator-key');
