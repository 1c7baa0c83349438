import { writeFile } from 'node:fs/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { names } from '#shared/manifest';
import { shortTimes } from '#shared/times';
import type { Host } from '../test/acceptance/host.ts';
import { type Outputs, STAGE } from './deploy.ts';
import { clientOptions, endpoint, home } from './settings.ts';

const named = names(STAGE);

const secret = async (SecretId: string): Promise<string> => {
  const { SecretString } = await new SecretsManagerClient(clientOptions).send(new GetSecretValueCommand({ SecretId }));
  if (!SecretString) throw new Error(`the secret ${SecretId} is empty`);
  return SecretString;
};

const parameter = async (Name: string): Promise<string> => {
  const { Parameter } = await new SSMClient(clientOptions).send(new GetParameterCommand({ Name }));
  if (!Parameter?.Value) throw new Error(`the parameter ${Name} is empty`);
  return Parameter.Value;
};

/** Describes what was deployed to the acceptance suite, in a file whose name it answers. */
export const describeHost = async (outputs: Outputs): Promise<string> => {
  const baseUrl = outputs[`${named.prefix}-api`]?.['ApiUrl'];
  if (!baseUrl) throw new Error('the API has no output ApiUrl');
  const host: Host = {
    baseUrl,
    operatorKey: await secret(named.secret('operator-key')),
    providerUrl: await parameter(named.parameter('provider-url')),
    providerKey: await secret(named.secret('provider-key')),
    callbackKey: await secret(named.secret('provider-callback-key')),
    aws: { ...clientOptions, endpoint },
    stage: STAGE,
    times: shortTimes,
    limits: { answerMs: 30_000, orderMs: 60_000, rushMs: 120_000, sweepMs: 150_000, deadLetterMs: 150_000 },
    buyersAtOnce: 16,
    faults: { killsUrl: `${endpoint}/_breakwater/kills`, forMs: 60_000, customers: 6 },
  };
  const file = `${home}/acceptance-host.json`;
  await writeFile(file, JSON.stringify(host));
  return file;
};
